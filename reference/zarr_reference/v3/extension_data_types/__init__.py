"""The registered data types, one module for each family."""
