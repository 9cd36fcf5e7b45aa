"""Reads the goldens as a stranger would: SOLVERS.md's formulas written down once more, without diffusers.

Guards the description, which is what implementers read, against the goldens: every solver without a k-diffusion twin,
and the timesteps and sigmas of all cases.

usage: python by_the_book.py GOLDEN_FOLDER
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

RULE_B = ("dpmpp-2m", "dpmpp-2m-sde", "unipc")
INTEGER = ("ddim", "ddpm", "pndm")
KARRAS_ROUNDS = ("dpmpp-2m", "dpmpp-2m-sde", "unipc", "dpm2", "dpm2-a")


def alphas(config):
    if config["beta_schedule"] == "scaled_linear":
        betas = np.linspace(config["beta_start"] ** 0.5, config["beta_end"] ** 0.5, 1000) ** 2
    else:
        f = lambda u: math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2
        betas = np.array([min(1 - f((i + 1) / 1000) / f(i / 1000), 0.999) for i in range(1000)])
    ac = np.cumprod(1 - betas)
    if config.get("rescale_betas_zero_snr"):
        s = np.sqrt(ac)
        ac = ((s - s[-1]) * s[0] / (s[0] - s[-1])) ** 2
    return ac


def plain_timesteps(case, offset):
    n, spacing = case["steps"], case["spacing"]
    if case["sampler"] == "lcm":
        origin = [20 * i - 1 for i in range(50, 0, -1)]
        return [float(origin[math.floor(i * 50 / n)]) for i in range(n)]
    if spacing == "trailing":
        return [float(np.round(1000 - i * 1000 / n)) - 1 for i in range(n)]
    if case["sampler"] in RULE_B:
        if spacing == "linspace":
            return [float(np.round(999 * i / n)) for i in range(n, 0, -1)]
        return [float(i * (1000 // (n + 1)) + offset) for i in range(n, 0, -1)]
    if spacing == "linspace":
        t = [999 * i / (n - 1) if n > 1 else 0.0 for i in range(n - 1, -1, -1)]
        return [float(np.round(x)) for x in t] if case["sampler"] in INTEGER else t
    return [float(i * (1000 // n) + offset) for i in range(n - 1, -1, -1)]


class Book:
    def __init__(self, case, config, tensors):
        self.case, self.n = case, case["steps"]
        self.ac = alphas(config)
        clamped = self.ac.copy()
        if clamped[-1] == 0:
            clamped[-1] = 2.0**-24
        self.log_sigma = 0.5 * np.log((1 - clamped) / clamped)
        self.kind = config["prediction_type"]
        self.noise = iter(tensors.get(case["name"] + ".noise", []))

    def model(self, u, t):
        s = math.exp(np.interp(t, np.arange(1000), self.log_sigma))
        a = 1 / math.sqrt(1 + s * s)
        x0 = 0.8 * np.tanh(0.7 * u + 0.25 * math.cos(t / 150))
        return (u - a * x0) / (s * a) if self.kind == "epsilon" else (a * u - x0) / (s * a)

    def split(self, x, m, ac):
        """(D, eps) in VP units"""
        a, b = math.sqrt(ac), math.sqrt(1 - ac)
        if self.kind == "epsilon":
            return (x - b * m) / a if a else None, m
        return a * x - b * m, a * m + b * x

    def ddim(self, x, ts):
        for t in map(int, ts):
            prev = t - 1000 // self.n
            acp = self.ac[prev] if prev >= 0 else self.ac[0]
            d, e = self.split(x, self.model(x, t), self.ac[t])
            x = math.sqrt(acp) * d + math.sqrt(1 - acp) * e
            yield x

    def ddpm(self, x, ts):
        for i, t in enumerate(map(int, ts)):
            ac, acp = self.ac[t], self.ac[int(ts[i + 1])] if i + 1 < len(ts) else 1.0
            d, _ = self.split(x, self.model(x, t), ac)
            ct = ac / acp
            bt = 1 - ct
            x = math.sqrt(acp) * bt / (1 - ac) * d + math.sqrt(ct) * (1 - acp) / (1 - ac) * x
            if t > 0:
                x = x + math.sqrt(max((1 - acp) / (1 - ac) * bt, 1e-20)) * next(self.noise)
            yield x

    def lcm(self, x, ts):
        for i, t in enumerate(map(int, ts)):
            d, _ = self.split(x, self.model(x, t), self.ac[t])
            s = 10.0 * t
            den = s / math.sqrt(s * s + 0.25) * d + 0.25 / (s * s + 0.25) * x
            if i + 1 < len(ts):
                acn = self.ac[int(ts[i + 1])]
                x = math.sqrt(acn) * den + math.sqrt(1 - acn) * next(self.noise)
            else:
                x = den
            yield x

    def pndm(self, x, ts):
        ts = list(map(int, ts))
        calls = ts[:2] + ts[1:] if len(ts) > 1 else ts
        r, history = 1000 // self.n, []
        for i, t in enumerate(calls):
            m = self.model(x, t)
            start, t_from, t_to = x, t, t - r
            if i == 0:
                history.append(m)
                kept, first = x, m
            elif i == 1:
                m, start, t_from, t_to = (m + first) / 2, kept, t + r, t
            else:
                history = [*history[-3:], m]
                h = history[::-1]
                weights = {2: (3 / 2, -1 / 2), 3: (23 / 12, -16 / 12, 5 / 12), 4: (55 / 24, -59 / 24, 37 / 24, -9 / 24)}
                m = sum(w * e for w, e in zip(weights[len(h)], h))
            ac, acp = self.ac[t_from], self.ac[t_to] if t_to >= 0 else self.ac[0]
            if self.kind == "v_prediction":
                m = math.sqrt(ac) * m + math.sqrt(1 - ac) * start
            x = math.sqrt(acp / ac) * start - (acp - ac) * m / (ac * math.sqrt(1 - acp) + math.sqrt(ac * (1 - ac) * acp))
            if i > 0 or len(calls) == 1:
                yield x

    def unipc(self, x, ts):
        s = np.array(self.case["sigmas"])
        a = 1 / np.sqrt(1 + s * s)
        b = s * a
        lam = np.append(-np.log(s[:-1]), np.inf)
        ds, steps, order, start = [], len(ts), 0, None
        for i, t in enumerate(ts):
            ds.append(self.split(x, self.model(x, t), a[i] ** 2)[0])
            if i > 0:
                hh = -(lam[i] - lam[i - 1])
                big = math.expm1(hh)
                m0 = ds[i - 1]
                if order == 1:
                    correction = 0.5 * (ds[i] - m0)
                else:
                    rk = (lam[i - 2] - lam[i - 1]) / -hh
                    phi1 = math.expm1(hh) / hh - 1
                    phi2 = phi1 / hh - 0.5
                    rho = np.linalg.solve([[1, 1], [rk, 1]], [phi1 / big, 2 * phi2 / big])
                    correction = rho[0] * (ds[i - 2] - m0) / rk + rho[1] * (ds[i] - m0)
                x = b[i] / b[i - 1] * start - a[i] * big * (m0 + correction)
            order = min(2, steps - i, i + 1)
            start = x
            h = lam[i + 1] - lam[i]
            big = math.expm1(-h)
            x = b[i + 1] / b[i] * start - a[i + 1] * big * ds[i]
            if order == 2:
                rk = (lam[i - 1] - lam[i]) / h
                x = x - a[i + 1] * big * 0.5 * (ds[i - 1] - ds[i]) / rk
            yield x


def main(root):
    root = Path(root)
    document = json.loads((root / "solvers.json").read_text())
    tensors = load_file(root / "solvers.safetensors")
    walked = 0
    for case in document["cases"]:
        config = document["configs"][case["config"]]
        book = Book(case, config, tensors)
        if case["schedule"] == "none":
            ts = plain_timesteps(case, config["steps_offset"])
            if case["sigmas"] is not None:
                all_sigmas = np.exp(book.log_sigma)
                sigmas = [*np.interp(ts, np.arange(1000), all_sigmas), 0.0]
                np.testing.assert_allclose(case["sigmas"], sigmas[case["t_start"] :], rtol=1e-9, err_msg=case["name"])
            np.testing.assert_allclose(case["timesteps"], ts[case["t_start"] :], atol=1e-6, err_msg=case["name"])
        else:
            ts = np.interp(np.log(case["sigmas"][:-1]), book.log_sigma, np.arange(1000))
            if case["schedule"] == "karras" and case["sampler"] in KARRAS_ROUNDS:
                ts = np.round(ts)
            np.testing.assert_allclose(case["timesteps"], ts, atol=1e-6, err_msg=case["name"])
        solver = getattr(book, case["sampler"], None)
        if solver is None:
            continue
        golden = tensors[case["name"] + ".x"]
        for i, x in enumerate(solver(golden[:1], case["timesteps"])):
            np.testing.assert_allclose(x[0], golden[i + 1], rtol=1e-7, atol=1e-7, err_msg=f"{case['name']} step {i}")
        assert i + 2 == len(golden), case["name"]
        walked += 1
    print(f"{len(document['cases'])} schedules and {walked} trajectories agree with SOLVERS.md")


if __name__ == "__main__":
    main(sys.argv[1])
