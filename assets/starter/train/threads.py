"""The number of CPU threads for training.

On a machine that does other work too, two threads that share every operation
wait for each other: measured on 2 busy cores, a backward pass took up to ten
times as long with two threads as with one. So one thread is the default there;
set OMP_NUM_THREADS to use more on a machine of your own.
"""

import os

import torch


def set_threads():
    if not os.environ.get("OMP_NUM_THREADS") and (os.cpu_count() or 1) <= 2:
        torch.set_num_threads(1)
