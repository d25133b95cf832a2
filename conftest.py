"""What all tests share: the corpus, which modules and commands would each load anew otherwise."""

from functools import cache

from zarr_fixtures import corpus

corpus.load = cache(corpus.load)
