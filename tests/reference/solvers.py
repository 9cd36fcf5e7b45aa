"""Writes solvers.json and solvers.safetensors: whole trajectories of every solver with an analytic model.

The references are diffusers' schedulers, loaded from their source with every `float32` replaced by `float64`, and
k-diffusion's `sampling.py`. SOLVERS.md says which name is pinned to what. Where both exist they are compared here,
so that a misreading of either shows up before it reaches a golden file.

usage: python solvers.py OUT_FOLDER
"""

import importlib.util
import json
import math
import sys
import types
from pathlib import Path

import diffusers
import numpy as np
import scipy.stats
import torch
from safetensors.torch import save_file

N = 1000
SHAPE = (1, 2, 3, 3)

# SD 1.5's scheduler_config.json, less the keys that only say which class wrote it.
SD15 = dict(
    num_train_timesteps=N, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
    steps_offset=1, set_alpha_to_one=False, clip_sample=False, skip_prk_steps=True, prediction_type="epsilon",
)

CLASSES = {
    "euler": ("scheduling_euler_discrete", "EulerDiscreteScheduler", {}),
    "euler-a": ("scheduling_euler_ancestral_discrete", "EulerAncestralDiscreteScheduler", {}),
    "heun": ("scheduling_heun_discrete", "HeunDiscreteScheduler", {}),
    "dpm2": ("scheduling_k_dpm_2_discrete", "KDPM2DiscreteScheduler", {}),
    "dpm2-a": ("scheduling_k_dpm_2_ancestral_discrete", "KDPM2AncestralDiscreteScheduler", {}),
    "dpmpp-2m": ("scheduling_dpmsolver_multistep", "DPMSolverMultistepScheduler", {}),
    "dpmpp-2m-sde": ("scheduling_dpmsolver_multistep", "DPMSolverMultistepScheduler",
                     {"algorithm_type": "sde-dpmsolver++"}),
    "dpmpp-sde": ("scheduling_dpmsolver_sde", "DPMSolverSDEScheduler", {}),
    "lms": ("scheduling_lms_discrete", "LMSDiscreteScheduler", {}),
    "ddim": ("scheduling_ddim", "DDIMScheduler", {}),
    "ddpm": ("scheduling_ddpm", "DDPMScheduler", {}),
    "pndm": ("scheduling_pndm", "PNDMScheduler", {}),
    "unipc": ("scheduling_unipc_multistep", "UniPCMultistepScheduler", {}),
    "lcm": ("scheduling_lcm", "LCMScheduler", {}),
}
K_DIFFUSION = {
    "euler": "sample_euler", "euler-a": "sample_euler_ancestral", "heun": "sample_heun", "dpm2": "sample_dpm_2",
    "dpm2-a": "sample_dpm_2_ancestral", "dpmpp-2m": "sample_dpmpp_2m", "dpmpp-2m-sde": "sample_dpmpp_2m_sde",
    "dpmpp-sde": "sample_dpmpp_sde", "lms": "sample_lms", "dpmpp-3m-sde": "sample_dpmpp_3m_sde",
    "dpmpp-2s-a": "sample_dpmpp_2s_ancestral",
}
ONLY_K_DIFFUSION = ("dpmpp-2s-a", "dpmpp-3m-sde")
TWO_CALLS = ("heun", "dpm2", "dpm2-a", "dpmpp-sde", "dpmpp-2s-a")
VP = ("dpmpp-2m", "dpmpp-2m-sde", "ddim", "ddpm", "pndm", "unipc", "lcm")
TIMESTEP_ONLY = ("ddim", "ddpm", "pndm", "lcm")
NAMED = ("karras", "exponential", "beta", "simple", "sgm-uniform")


# ---------------------------------------------------------------------------------------------------------------------
# The references


def load_scheduler_module(name, exact):
    """diffusers' module from its source; `exact` turns every f32 into f64."""
    path = Path(diffusers.__file__).parent / "schedulers" / f"{name}.py"
    source = path.read_text()
    if exact:
        source = source.replace("float32", "float64")
    module = types.ModuleType(f"diffusers.schedulers.{name}")
    module.__package__ = "diffusers.schedulers"
    module.__file__ = str(path)
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def load_k_diffusion():
    """k-diffusion's sampling.py alone; its package imports a training stack that nothing here needs."""
    root = Path(importlib.util.find_spec("k_diffusion").submodule_search_locations[0])
    torchdiffeq = types.ModuleType("torchdiffeq")
    torchdiffeq.odeint = None
    sys.modules.setdefault("torchdiffeq", torchdiffeq)
    package = types.ModuleType("k_diffusion_sampling_only")
    package.__path__ = [str(root)]
    sys.modules[package.__name__] = package
    utils = types.ModuleType(package.__name__ + ".utils")
    utils.append_dims = lambda x, dims: x[(...,) + (None,) * (dims - x.ndim)]
    sys.modules[utils.__name__] = utils
    package.utils = utils
    spec = importlib.util.spec_from_file_location(package.__name__ + ".sampling", root / "sampling.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MODULES = {}


def make_scheduler(sampler, config, exact, options=()):
    module_name, class_name, fixed = CLASSES[sampler]
    key = (module_name, exact)
    if key not in MODULES:
        MODULES[key] = load_scheduler_module(module_name, exact)
    cls = getattr(MODULES[key], class_name)
    known = cls.__init__.__wrapped__.__code__.co_varnames if hasattr(cls.__init__, "__wrapped__") else None
    arguments = {**config, **fixed, **dict(options)}
    if known is not None:
        arguments = {k: v for k, v in arguments.items() if k in known}
    return cls(**arguments), MODULES[key]


# ---------------------------------------------------------------------------------------------------------------------
# The analytic model


def alphas_cumprod(config):
    """In f64, from the definitions; also the check of what the exact schedulers hold."""
    schedule = config["beta_schedule"]
    if schedule == "scaled_linear":
        betas = np.linspace(config["beta_start"] ** 0.5, config["beta_end"] ** 0.5, N) ** 2
    elif schedule == "linear":
        betas = np.linspace(config["beta_start"], config["beta_end"], N)
    else:
        f = lambda u: math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2
        betas = np.array([min(1 - f((i + 1) / N) / f(i / N), 0.999) for i in range(N)])
    ac = np.cumprod(1 - betas)
    if config.get("rescale_betas_zero_snr"):
        s = np.sqrt(ac)
        s = (s - s[-1]) * s[0] / (s[0] - s[-1])
        ac = s**2
        ac[-1] = 2.0**-24
    return ac


class Model:
    """A smooth stand-in for a UNet: sees the VP-scaled input u and the timestep t, answers in the configured kind."""

    TEXT = (
        "x0_hat = 0.8 * tanh(0.7 * u + 0.25 * cos(t / 150)), elementwise; u is the input scaled as for a UNet, t the model "
        "timestep (may be fractional). sigma(t) = exp(linear interpolation of ln sigma over t = 0..999), sigma^2 = (1 - ac) / ac, "
        "ac in f64 (with rescale_betas_zero_snr: ac[999] = 2^-24). a = 1 / sqrt(1 + sigma^2), b = sigma * a. "
        "epsilon = (u - a * x0_hat) / b; v_prediction = (a * u - x0_hat) / b."
    )

    def __init__(self, config):
        ac = alphas_cumprod(config)
        self.kind = config["prediction_type"]
        self.log_sigmas = 0.5 * np.log((1 - ac) / ac)
        self.inputs = []
        self.timesteps = []

    def sigma(self, t):
        return math.exp(np.interp(t, np.arange(N), self.log_sigmas))

    def timestep(self, sigma):
        return float(np.interp(math.log(sigma), self.log_sigmas, np.arange(N)))

    def __call__(self, u, t):
        t = float(t)
        u64 = u.double()
        self.inputs.append(u64.clone())
        self.timesteps.append(t)
        s = self.sigma(t)
        a = 1 / math.sqrt(1 + s * s)
        b = s * a
        x0 = 0.8 * torch.tanh(0.7 * u64 + 0.25 * math.cos(t / 150))
        out = (u64 - a * x0) / b if self.kind == "epsilon" else (a * u64 - x0) / b
        return out.to(u.dtype)


class Noise:
    """Normals in the order in which they are drawn."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)
        self.drawn = []
        self.used = []

    def draw(self):
        z = torch.randn(SHAPE, generator=self.generator, dtype=torch.float64)
        self.drawn.append(z)
        return z

    def use(self, z):
        self.used.append(z)
        return z

    def next(self):
        return self.use(self.draw())

    def interval(self, two_calls):
        """A noise sampler as dpmpp-sde wants it: W over (s -> mid), then over (s -> next), see SOLVERS.md."""
        state = {}

        def sampler(sigma, sigma_next):
            sigma, sigma_next = float(sigma), float(sigma_next)
            if "z1" not in state:
                z1 = self.draw()
                state.update(z1=z1, mid=sigma_next)
                return self.use(z1)
            z1, mid = state.pop("z1"), state.pop("mid")
            z2 = self.draw()
            return self.use(
                (math.sqrt(sigma - mid) * z1 + math.sqrt(mid - sigma_next) * z2) / math.sqrt(sigma - sigma_next)
            )

        return sampler if two_calls else (lambda sigma, sigma_next: self.next())


# ---------------------------------------------------------------------------------------------------------------------
# Schedules


def named_sigmas(schedule, n, model):
    """n descending sigmas over the whole training range, without the final 0."""
    lo, hi = math.exp(model.log_sigmas[0]), math.exp(model.log_sigmas[-1])
    r = np.linspace(0, 1, n)
    if schedule == "karras":
        return (hi ** (1 / 7) + r * (lo ** (1 / 7) - hi ** (1 / 7))) ** 7
    if schedule == "exponential":
        return np.exp(np.linspace(math.log(hi), math.log(lo), n))
    if schedule == "beta":
        return lo + scipy.stats.beta.ppf(1 - r, 0.6, 0.6) * (hi - lo)
    if schedule == "simple":
        return np.array([math.exp(model.log_sigmas[-(1 + int(x * (N / n)))]) for x in range(n)])
    if schedule == "sgm-uniform":
        return np.array([model.sigma(t) for t in np.linspace(N - 1, 0, n + 1)[:-1]])
    raise ValueError(schedule)


def native_options(schedule):
    return {
        "karras": {"use_karras_sigmas": True},
        "exponential": {"use_exponential_sigmas": True},
        "beta": {"use_beta_sigmas": True},
        # No class knows these two; they borrow the door of the exponential one (see `run_diffusers`).
        "simple": {"use_exponential_sigmas": True},
        "sgm-uniform": {"use_exponential_sigmas": True},
    }.get(schedule, {})


def step_sigmas(scheduler, sampler):
    """The n + 1 sigmas of whole steps."""
    s = scheduler.sigmas.double()
    if sampler in ("heun", "dpmpp-sde"):
        s = torch.cat([s[:-1:2], s[-1:]])
    elif sampler in ("dpm2", "dpm2-a"):
        s = torch.cat([s[:-2:2], s[-1:]])
    return s.numpy()


# ---------------------------------------------------------------------------------------------------------------------
# Runs


def run_diffusers(case, config, exact, start_noise, image, seed):
    sampler, schedule, n, strength = case["sampler"], case["schedule"], case["steps"], case["strength"]
    torch.set_default_dtype(torch.float64 if exact else torch.float32)
    dtype = torch.get_default_dtype()
    model, noise = Model(config), Noise(seed)
    scheduler, module = make_scheduler(sampler, config, exact, native_options(schedule))
    module.randn_tensor = lambda *a, **k: noise.next().to(dtype)
    if schedule in ("simple", "sgm-uniform"):
        scheduler._convert_to_exponential = lambda in_sigmas, num_inference_steps: named_sigmas(
            schedule, num_inference_steps, model
        )
    scheduler.set_timesteps(n)
    if schedule in NAMED and schedule != "karras" and sampler in ("dpmpp-2m", "dpmpp-2m-sde", "unipc"):
        # diffusers cuts these timesteps to integers; see SOLVERS.md for why that is not followed.
        scheduler.timesteps = torch.tensor([model.timestep(float(s)) for s in scheduler.sigmas[:-1]], dtype=dtype)
    if sampler == "dpmpp-sde":
        interval = noise.interval(True)
        scheduler.noise_sampler = lambda a, b: interval(a, b).to(dtype)

    calls_per_step = 2 if sampler in TWO_CALLS else 1
    t_start = 0
    if strength is not None:
        t_start = n - min(int(n * strength), n)
    timesteps = scheduler.timesteps
    if sampler == "pndm":
        plain = torch.from_numpy(scheduler._timesteps[::-1].copy().astype(np.int64))[t_start:]
        timesteps = torch.cat([plain[:2], plain[1:]]) if len(plain) > 1 else plain
        assert t_start > 0 or torch.equal(timesteps, scheduler.timesteps)
    else:
        timesteps = timesteps[t_start * calls_per_step :]
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(t_start * calls_per_step)

    if strength is None:
        x = (start_noise * float(scheduler.init_noise_sigma)).to(dtype)
    else:
        x = scheduler.add_noise(image.to(dtype), start_noise.to(dtype), timesteps[:1])
    xs = [x.double().clone()]
    for i, t in enumerate(timesteps):
        u = scheduler.scale_model_input(x, t)
        x = scheduler.step(model(u, t), t, x, return_dict=False)[0]
        if calls_per_step == 1:
            whole = sampler != "pndm" or i != 0 or len(timesteps) == 1
        else:
            whole = i % 2 == 1 or i == len(timesteps) - 1
        if whole:
            xs.append(x.double().clone())
    torch.set_default_dtype(torch.float64)

    ac = alphas_cumprod(config)
    if sampler in TIMESTEP_ONLY:
        sigmas = None
    else:
        sigmas = step_sigmas(scheduler, sampler)[t_start:].tolist()
    if exact:
        reference = scheduler.alphas_cumprod.numpy()
        if not (config.get("rescale_betas_zero_snr") and sampler in TIMESTEP_ONLY):
            np.testing.assert_allclose(reference, ac, rtol=1e-9)
    return dict(
        x=xs, model=model, noise=noise, sigmas=sigmas, init_noise_sigma=float(scheduler.init_noise_sigma),
        step_timesteps=[float(t) for t in (plain if sampler == "pndm" else timesteps[::calls_per_step])]
        if calls_per_step == 1
        else [float(timesteps[0])] + [float(t) for t in timesteps[2::2]],
    )


def run_k_diffusion(case, config, sigmas, timesteps, x, seed, sampling):
    """From x in VE units over `sigmas` (with the final 0); `timesteps` are those of the steps, midpoints find their own."""
    torch.set_default_dtype(torch.float64)
    sampler = case["sampler"]
    model, noise = Model(config), Noise(seed)
    of_sigma = dict(zip(map(float, sigmas), timesteps))

    def denoise(x, sigma):
        s = float(sigma.flatten()[0])
        u = x / math.sqrt(s * s + 1)
        # By count, not by value: dpm2-a's midpoints equal the next sigma, yet are not rounded like it under karras.
        midpoint = sampler in TWO_CALLS and sampler != "heun" and len(model.timesteps) % 2 == 1
        m = model(u, model.timestep(s) if midpoint else of_sigma[s])
        if model.kind == "epsilon":
            return x - s * m
        return m * (-s / math.sqrt(s * s + 1)) + x / (s * s + 1)

    xs = []
    arguments = {}
    function = getattr(sampling, K_DIFFUSION[sampler])
    if "noise_sampler" in function.__wrapped__.__code__.co_varnames:
        arguments["noise_sampler"] = noise.interval(sampler == "dpmpp-sde")
    end = function(denoise, x, torch.tensor(sigmas), disable=True, callback=lambda d: xs.append(d["x"].clone()), **arguments)
    xs.append(end)
    return dict(
        x=xs, model=model, noise=noise, sigmas=list(map(float, sigmas)), init_noise_sigma=float(sigmas[0]),
        step_timesteps=list(timesteps),
    )


def spacing_of(config, sampler):
    if "timestep_spacing" in config:
        return config["timestep_spacing"]
    return {"ddim": "leading", "ddpm": "leading", "pndm": "leading", "lcm": "own"}.get(sampler, "linspace")


def compact(document):
    """JSON with one line a case: short, and still to be read and compared line by line."""
    head = {k: v for k, v in document.items() if k != "cases"}
    text = json.dumps(head, indent=1, allow_nan=False)
    cases = ",\n".join(json.dumps(c, allow_nan=False) for c in document["cases"])
    return text[: text.rindex("\n}")] + ',\n "cases": [\n' + cases + "\n]\n}\n"


def main(out):
    out = Path(out)
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    sampling = load_k_diffusion()
    generator = torch.Generator().manual_seed(2024)
    start_noise = torch.randn(SHAPE, generator=generator)
    image = 0.6 * torch.randn(SHAPE, generator=generator)
    tensors = {"start_noise": start_noise, "image": image}
    cases = []

    everyone = list(CLASSES) + list(ONLY_K_DIFFUSION)
    plan = []
    for sampler in everyone:
        for n in (4, 10, 20):
            plan.append((sampler, "sd15", "none", n, None))
        if sampler != "lcm":
            for spacing in ("linspace", "leading", "trailing"):
                if spacing != spacing_of({}, sampler):
                    plan.append((sampler, spacing, "none", 7, None))
            # 6 steps meet half-way timesteps under linspace, 16 under trailing: round half to even.
            plan.append((sampler, "linspace", "none", 6, None))
            plan.append((sampler, "trailing", "none", 16, None))
            plan.append((sampler, "cosine-v", "none", 10, None))
        if sampler not in TIMESTEP_ONLY:
            for schedule in NAMED:
                plan.append((sampler, "sd15", schedule, 10, None))
            plan.append((sampler, "sd15", "karras", 4, None))
            plan.append((sampler, "cosine-v", "exponential", 6, None))
        if sampler in ("euler", "euler-a", "dpmpp-2m", "dpmpp-2m-sde", "unipc", "ddim", "ddpm"):
            plan.append((sampler, "zero-snr-v", "none", 10, None))
        plan.append((sampler, "sd15", "none", 10, 0.5))
        plan.append((sampler, "sd15", "none", 7, 0.75))
        if sampler not in TIMESTEP_ONLY:
            plan.append((sampler, "sd15", "karras", 10, 0.5))
        for n in (1, 2) if sampler != "dpmpp-3m-sde" else (2,):
            plan.append((sampler, "trailing" if sampler != "lcm" else "sd15", "none", n, None))

    configs = {
        "sd15": SD15,
        "linspace": {**SD15, "timestep_spacing": "linspace"},
        "leading": {**SD15, "timestep_spacing": "leading"},
        "trailing": {**SD15, "timestep_spacing": "trailing"},
        "cosine-v": {**SD15, "beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction",
                     "timestep_spacing": "linspace"},
        "zero-snr-v": {**SD15, "rescale_betas_zero_snr": True, "prediction_type": "v_prediction",
                       "timestep_spacing": "trailing"},
    }

    for index, (sampler, config_name, schedule, n, strength) in enumerate(plan):
        config = configs[config_name]
        name = f"{sampler}.{config_name}.{schedule}.{n}" + (f".strength-{strength}" if strength else "")
        if name in {c["name"] for c in cases}:
            continue
        seed = 1000 + index
        case = dict(name=name, sampler=sampler, config=config_name, schedule=schedule,
                    spacing=spacing_of(config, sampler), steps=n, strength=strength,
                    space="vp" if sampler in VP else "ve")
        t_start = n - min(int(n * strength), n) if strength is not None else 0

        # k-diffusion where diffusers has no class or a defect that is not followed.
        by_k = (
            sampler in ONLY_K_DIFFUSION
            or (sampler == "euler-a" and schedule in NAMED)
            or (sampler == "lms" and strength is not None)
        )
        model = Model(config)
        if sampler in TIMESTEP_ONLY:
            sigmas = None
        elif schedule in NAMED:
            sigmas = [*named_sigmas(schedule, n, model), 0.0]
            timesteps = [model.timestep(s) for s in sigmas[:-1]]
        else:
            source = sampler if sampler not in ONLY_K_DIFFUSION else "euler"
            scheduler, _ = make_scheduler(source, config, True)
            scheduler.set_timesteps(n)
            sigmas = step_sigmas(scheduler, source).tolist()
            calls = scheduler.timesteps.tolist()
            timesteps = [calls[0], *calls[2::2]] if source in TWO_CALLS else calls

        if by_k:
            sliced = sigmas[t_start:]
            if strength is not None:
                x = image + start_noise * sliced[0]
            elif spacing_of(config, sampler) == "leading" and schedule == "none":
                x = start_noise * math.sqrt(sliced[0] ** 2 + 1)
            else:
                x = start_noise * sliced[0]
            run = run_k_diffusion(case, config, sliced, timesteps[t_start:], x, seed, sampling)
            if strength is None and spacing_of(config, sampler) == "leading" and schedule == "none":
                run["init_noise_sigma"] = math.sqrt(sliced[0] ** 2 + 1)
            case["source"] = f"k-diffusion {K_DIFFUSION[sampler]}"
        else:
            run = run_diffusers(case, config, True, start_noise, image, seed)
            _, class_name, fixed = CLASSES[sampler]
            case["source"] = f"diffusers {class_name}" + "".join(f" {k}={v}" for k, v in fixed.items())
            stock = run_diffusers(case, config, False, start_noise, image, seed)
            differences = [float((a - b).abs().max()) for a, b in zip(run["x"][1:], stock["x"][1:])]
            # Stock f32 can overflow where f64 does not; JSON has no word for that but null.
            case["stock_f32_difference"] = max(differences) if all(map(math.isfinite, differences)) else None
            if schedule in NAMED:
                np.testing.assert_allclose(run["sigmas"], sigmas[t_start:], rtol=1e-9)
            # k-diffusion's 2M and 3M SDE fail on a run of a single step, for want of an h.
            if sampler in K_DIFFUSION and n - t_start > 1:
                scale = math.sqrt(run["sigmas"][0] ** 2 + 1) if sampler in VP else 1.0
                twin = run_k_diffusion(
                    case, config, run["sigmas"], run["step_timesteps"], run["x"][0] * scale, seed, sampling
                )
                ratio = [math.sqrt(s * s + 1) if sampler in VP else 1.0 for s in run["sigmas"]]
                for i, (a, b) in enumerate(zip(run["x"], twin["x"], strict=True)):
                    torch.testing.assert_close(a * ratio[i], b, rtol=1e-8, atol=1e-8, msg=f"{name}, step {i}")
                case["agrees_with"] = f"k-diffusion {K_DIFFUSION[sampler]}"

        assert all(torch.isfinite(x).all() for x in run["x"]), name
        assert len(run["x"]) == (n - t_start) + 1, (name, len(run["x"]))
        case.update(
            start="image" if strength is not None else "noise",
            t_start=t_start,
            init_noise_sigma=None if strength is not None else run["init_noise_sigma"],
            timesteps=run["step_timesteps"],
            sigmas=run["sigmas"],
            model_timesteps=run["model"].timesteps,
            noises=len(run["noise"].drawn),
            tolerance=1e-7,
        )
        tensors[f"{name}.x"] = torch.cat(run["x"])
        if config_name == "sd15" and n <= 10:
            tensors[f"{name}.model_input"] = torch.cat(run["model"].inputs)
        if run["noise"].drawn:
            tensors[f"{name}.noise"] = torch.cat(run["noise"].drawn)
            if sampler == "dpmpp-sde":
                tensors[f"{name}.noise_used"] = torch.cat(run["noise"].used)
        cases.append(case)

    # The zero-terminal-SNR goldens of euler and euler-a start from sigma 4096, where 1e-7 of x is what f64 leaves.
    for case in cases:
        if case["config"] == "zero-snr-v":
            case["tolerance"] = 1e-5

    lengths = {}
    for n in range(1, 1001):
        m = len(np.arange(N, 0, -(N / n)))
        if m != n:
            lengths[n] = m
    schedules = {
        name: {str(n): [*map(float, named_sigmas(name, n, Model(SD15)))] for n in (1, 2, 3, 5, 10, 20, 30)} for name in NAMED
    }
    curves = {}
    for name, config in configs.items():
        ac = alphas_cumprod(config)
        curves[name] = {str(i): float(ac[i]) for i in (0, 1, 10, 100, 250, 500, 750, 900, 998, 999)}
    document = dict(
        about="Trajectories of every solver; layout in tests/reference/README.md, algorithms in tests/reference/SOLVERS.md",
        versions={"diffusers": diffusers.__version__, "k-diffusion": "0.1.1.post1", "torch": torch.__version__},
        model=Model.TEXT,
        configs=configs,
        alphas_cumprod=curves,
        named_sigmas=schedules,
        trailing_lengths=lengths,
        cases=cases,
    )
    (out / "solvers.json").write_text(compact(document))
    save_file({k: v.contiguous() for k, v in tensors.items()}, out / "solvers.safetensors")
    worst = sorted(((c.get("stock_f32_difference") or 0, c["name"]) for c in cases), reverse=True)[:12]
    print(len(cases), "cases; furthest from stock f32:", worst)


if __name__ == "__main__":
    main(sys.argv[1])
