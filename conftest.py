"""What all tests share: the corpus, which each of thirty modules would load anew otherwise."""

from functools import cache

from zarr_fixtures import corpus

corpus.load = cache(corpus.load)
