"""The environment variables of adapters, and of the programs that install and build them."""

import os

# Cases are tiny and adapters run side by side: a thread pool in each would cost more than it does,
# and one thread makes a crash happen again. Whoever sets one of these keeps his value.
ONE_THREAD = (
    "BLOSC_NTHREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "RAYON_NUM_THREADS",
)
# What would let an adapter find libraries that are not in its environment.
FOREIGN = (
    "CLASSPATH",
    "NODE_PATH",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "VIRTUAL_ENV",
)


def adapter_environment() -> dict[str, str]:
    """The environment variables of an adapter: ours, and a single thread."""
    return dict.fromkeys(ONE_THREAD, "1") | dict(os.environ)


def clean_environment() -> dict[str, str]:
    """Those of an adapter with an environment of its own, which must not find our packages."""
    return {name: value for name, value in adapter_environment().items() if name not in FOREIGN}
