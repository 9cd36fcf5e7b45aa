"""Chooses the number of CPU threads while training runs.

Two threads that share every operation wait for the slower one: when other
programs keep a core busy, one thread alone is faster than two. So every minute
a few steps are timed with each number, and the better one is kept.
"""

import os
import time

import torch


class Threads:
    def __init__(self, every=60.0, probe=2):
        self.choices = list(range(1, (os.cpu_count() or 1) + 1)) if (os.cpu_count() or 1) <= 2 else [torch.get_num_threads()]
        self.every, self.probe = every, probe
        self.next, self.times, self.left = time.time(), {}, 0
        self.current = self.choices[-1]
        torch.set_num_threads(self.current)

    def step(self, seconds):
        """Call after every step with its duration."""
        if len(self.choices) == 1:
            return
        if self.left:
            self.left -= 1
            # The first step with a new number of threads pays for setting up.
            if self.left < self.probe:
                self.times.setdefault(self.current, []).append(seconds)
            if self.left == 0:
                untried = [c for c in self.choices if c not in self.times]
                if untried:
                    self._use(untried[0])
                    self.left = self.probe + 1
                else:
                    self._use(min(self.times, key=lambda c: sum(self.times[c])))
                    self.next = time.time() + self.every
        elif time.time() > self.next:
            self.times, self.left = {}, self.probe + 1
            self._use(self.choices[0])

    def _use(self, count):
        self.current = count
        torch.set_num_threads(count)
