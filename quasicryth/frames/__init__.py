"""The .qcz format: headers, blocks, index, and the way through damaged data. FORMAT.md is its specification."""
