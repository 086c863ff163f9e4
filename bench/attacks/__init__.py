"""What tries to break the package: damage, bombs, fuzzing, sanitizers, hours of use."""
