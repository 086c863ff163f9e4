"""The command `qcz`, and `unqcz` and `qczcat`.

`entry` is where the process begins and how it ends, `interface` says what the command line may be, `options` what all commands have
in common. Each other module does one thing: `compressing`, `decompressing`, `listing` and so on do the work, `transfer` goes from
file to file, `reports` and `progress` talk to whoever sits at the terminal.
"""
