"""The registered data types whose elements have a fixed size, one module for each family."""
