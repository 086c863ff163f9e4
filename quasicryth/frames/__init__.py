"""The .qcz format: headers, blocks, index, and the way through damaged data. FORMAT.md is its specification.

`encoder` and `decoder` go through frames block by block, `layout` knows every header, `index` finds what is where, and `survey` and
`salvage` find what is left of a damaged file. Nothing here opens a file by its name.
"""
