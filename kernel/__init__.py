"""The compiler: documents in, an immutable Model out. Pure, but for the DDL that it is told to apply."""
