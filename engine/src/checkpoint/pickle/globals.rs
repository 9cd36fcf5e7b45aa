//! The names a pickle may use, those that make it refused, and all others.

use super::super::source::DType;

/// A Python name, as a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// `module.name`.
    pub path: String,
    pub class: Known,
}

/// The names that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// `collections.OrderedDict` and its like: called, a dictionary.
    Dict,
    /// `torch.Size`: called, the tuple it is given.
    Size,
    /// `torch.FloatStorage`, ...; `None` where the type is not supported or not in the name.
    Storage(Option<DType>),
    /// `torch.float16`, ...
    DType(DType),
    /// `torch._utils._rebuild_tensor_v2` and the older one: a storage becomes a tensor.
    RebuildTensor,
    /// `torch._utils._rebuild_tensor_v3`: as above, with the type as an argument of its own.
    RebuildTensorV3,
    /// `torch._utils._rebuild_parameter`, `torch.nn.parameter.Parameter`: a tensor stays what it is.
    RebuildParameter,
    /// `torch._tensor._rebuild_from_type_v2`: calls another of these.
    RebuildFromType,
    /// Anything else; called, an opaque value.
    Other,
}

/// What is to be done about a name.
pub enum Class {
    Allowed(Known),
    Dangerous,
}

/// Modules (with all that is below them) that start programs, load code, or reach files and the network.
const DANGEROUS_MODULES: &str = "
    _aix_support _bootsubprocess _ctypes _frozen_importlib _imp _io _osx_support _pickle _posixsubprocess
    _pyrepl _socket _thread _winapi asyncio bdb cProfile cffi cgi code codeop commands concurrent ctypes dill
    distutils doctest ensurepip fileinput ftplib http httpx idlelib imaplib imp importlib io ipykernel IPython
    joblib lib2to3 logging.config marshal mmap multiprocessing nntplib nt ntpath os paramiko pdb pickle pip
    pkg_resources pkgutil platform poplib posix posixpath pty pydoc requests rlcompleter runpy setuptools shelve
    shutil signal smtplib socket socketserver sqlite3 ssl subprocess sys sysconfig tarfile telnetlib tempfile
    timeit torch.hub torch.package torch.utils.collect_env torch.utils.cpp_extension unittest urllib urllib2
    urllib3 venv webbrowser win32api wsgiref xmlrpc zipfile zipimport";

/// Single names in modules that are otherwise harmless.
const DANGEROUS_NAMES: &str = "
    _operator.attrgetter _operator.itemgetter _operator.methodcaller numpy.fromfile numpy.load numpy.save
    numpy.testing._private.utils.runstring operator.attrgetter operator.itemgetter operator.methodcaller torch.load
    torch.save torch.serialization.load torch.storage._load_from_bytes types.CodeType types.FunctionType types.MethodType";

/// The only built-in names that mean no harm; every other (`eval`, `exec`, `getattr`, `open`, ...) does.
const HARMLESS_BUILTINS: &str = "
    bool bytearray bytes complex dict float frozenset int list long object range set slice str tuple unicode xrange";

/// The names of storage classes in `torch`, `torch.cuda` and `torch.storage`.
const STORAGES: &[(&str, Option<DType>)] = &[
    ("DoubleStorage", Some(DType::F64)),
    ("FloatStorage", Some(DType::F32)),
    ("HalfStorage", Some(DType::F16)),
    ("BFloat16Storage", Some(DType::Bf16)),
    ("LongStorage", Some(DType::I64)),
    ("IntStorage", Some(DType::I32)),
    ("ShortStorage", Some(DType::I16)),
    ("CharStorage", Some(DType::I8)),
    ("ByteStorage", Some(DType::U8)),
    ("BoolStorage", Some(DType::Bool)),
    ("UntypedStorage", None),
    ("ComplexFloatStorage", None),
    ("ComplexDoubleStorage", None),
    ("QInt8Storage", None),
    ("QUInt8Storage", None),
    ("QInt32Storage", None),
];

/// The names of element types in `torch`.
const DTYPES: &[(&str, DType)] = &[
    ("float64", DType::F64),
    ("float32", DType::F32),
    ("float16", DType::F16),
    ("bfloat16", DType::Bf16),
    ("float8_e4m3fn", DType::F8E4m3),
    ("float8_e5m2", DType::F8E5m2),
    ("int64", DType::I64),
    ("int32", DType::I32),
    ("int16", DType::I16),
    ("int8", DType::I8),
    ("uint64", DType::U64),
    ("uint32", DType::U32),
    ("uint16", DType::U16),
    ("uint8", DType::U8),
    ("bool", DType::Bool),
];

/// What `module.name` is.
pub fn classify(module: &str, name: &str) -> Class {
    if is_dangerous(module, name) { Class::Dangerous } else { Class::Allowed(known(module, name)) }
}

fn is_dangerous(module: &str, name: &str) -> bool {
    if matches!(module, "builtins" | "__builtin__") {
        return !lists(HARMLESS_BUILTINS, name);
    }
    let path = format!("{module}.{name}");
    let below = |parent: &str| path.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    // A dotted name walks through attributes: `sys.modules` of any module that imports `sys` is Python's own.
    let walks_far =
        name.contains('.') && name.split('.').any(|step| step.starts_with("__") || lists(DANGEROUS_MODULES, step));
    walks_far || DANGEROUS_MODULES.split_whitespace().any(below) || lists(DANGEROUS_NAMES, &path)
}

fn lists(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|listed| listed == word)
}

fn known(module: &str, name: &str) -> Known {
    let find = |list: &[(&str, Option<DType>)]| list.iter().find(|(known, _)| *known == name).map(|(_, dtype)| *dtype);
    match (module, name) {
        ("collections", "OrderedDict" | "defaultdict" | "Counter") | ("builtins" | "__builtin__", "dict") => {
            Known::Dict
        }
        ("torch", "Size") => Known::Size,
        ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor") => Known::RebuildTensor,
        ("torch._utils", "_rebuild_tensor_v3") => Known::RebuildTensorV3,
        ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => Known::RebuildParameter,
        ("torch.nn.parameter", "Parameter") => Known::RebuildParameter,
        ("torch._tensor", "_rebuild_from_type_v2") => Known::RebuildFromType,
        ("torch" | "torch.cuda" | "torch.storage", _) => match find(STORAGES) {
            Some(dtype) => Known::Storage(dtype),
            None => dtype(name).filter(|_| module == "torch").map_or(Known::Other, Known::DType),
        },
        _ => Known::Other,
    }
}

fn dtype(name: &str) -> Option<DType> {
    DTYPES.iter().find(|(known, _)| *known == name).map(|(_, dtype)| *dtype)
}
