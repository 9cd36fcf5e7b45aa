use proptest::prelude::*;

use super::*;

fn root(pickle: &[u8]) -> Value {
    let read = unpickle(pickle).unwrap();
    read.values.get(read.root).clone()
}

fn error(pickle: &[u8]) -> PickleError {
    unpickle(pickle).err().unwrap()
}

#[test]
fn plain_values_are_read_as_python_writes_them() {
    // pickle.dumps(value, protocol) of each.
    assert_eq!(root(b"\x80\x02N."), Value::None);
    assert_eq!(root(b"\x80\x02\x88."), Value::Bool(true));
    assert_eq!(root(b"\x80\x02K\x07."), Value::Int(7));
    assert_eq!(root(b"\x80\x02J\xff\xff\xff\xff."), Value::Int(-1));
    assert_eq!(root(b"\x80\x02\x8a\x05\x00\x00\x00\x00\x01."), Value::Int(1 << 32));
    assert_eq!(root(b"\x80\x02\x8a\x00."), Value::Int(0));
    assert_eq!(root(b"\x80\x02X\x03\x00\x00\x00abcq\x00."), Value::Text("abc".to_owned()));
    assert_eq!(root(b"\x80\x04\x95\x07\x00\x00\x00\x00\x00\x00\x00\x8c\x03abc\x94."), Value::Text("abc".to_owned()));
    assert!(matches!(root(b"\x80\x02G\x3f\xf0\x00\x00\x00\x00\x00\x00."), Value::Opaque));
}

#[test]
fn calls_of_unknown_names_make_opaque_values() {
    assert!(matches!(root(b"\x80\x02cpytorch_lightning.callbacks\nModelCheckpoint\n)\x81}b."), Value::Opaque));
    assert!(matches!(root(b"\x80\x02cnumpy.core.multiarray\nscalar\n(K\x01tR."), Value::Opaque));
    assert!(matches!(root(b"\x80\x02ccollections\nOrderedDict\n)R."), Value::Dict(_)));
}

#[test]
fn names_that_run_things_are_refused_even_where_they_are_not_called() {
    let dangerous = [
        "posix\nsystem",
        "os\nsystem",
        "nt\nsystem",
        "os.path\njoin",
        "subprocess\nPopen",
        "builtins\neval",
        "builtins\nexec",
        "__builtin__\ngetattr",
        "builtins\n__import__",
        "runpy\nrun_module",
        "sys\nmodules",
        "socket\nsocket",
        "importlib\nimport_module",
        "torch\nload",
        "torch.hub\nload",
        "operator\nattrgetter",
        "collections\nabc.sys.modules",
        "collections\nOrderedDict.__class__",
        "webbrowser\nopen",
        "shutil\nrmtree",
        "ctypes\nCDLL",
        "pickle\nloads",
    ];
    for name in dangerous {
        let refused = error(format!("c{name}\n0N.").as_bytes());
        assert_eq!(refused, PickleError::Dangerous(name.replace('\n', ".")), "{name}");
    }
    // STACK_GLOBAL.
    assert_eq!(error(b"\x80\x04\x8c\x02os\x8c\x06system\x93."), PickleError::Dangerous("os.system".to_owned()));
    for harmless in ["builtins\nset", "collections\nOrderedDict", "numpy\ndtype", "torch\nFloatStorage", "osmnx\nGraph"]
    {
        unpickle(format!("c{harmless}\n.").as_bytes()).unwrap();
    }
}

#[test]
fn damaged_pickles_are_refused() {
    assert_eq!(error(b""), PickleError::Truncated);
    assert_eq!(error(b"\x80"), PickleError::Truncated);
    assert_eq!(error(b"X\xff\xff\xff\x7fabc."), PickleError::Truncated);
    assert_eq!(error(b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff."), PickleError::Truncated);
    assert!(matches!(error(b"."), PickleError::Damaged { .. }));
    assert!(matches!(error(b"R."), PickleError::Damaged { .. }));
    assert!(matches!(error(b"t."), PickleError::Damaged { .. }));
    assert!(matches!(error(b"h\x05."), PickleError::Damaged { .. }));
    assert!(matches!(error(b"(NR."), PickleError::Damaged { .. }));
    assert!(matches!(error(b"NNa."), PickleError::Damaged { .. }));
    assert_eq!(error(b"i"), PickleError::Opcode { opcode: b'i', at: 0 });
    assert_eq!(error(b"\x82\x01"), PickleError::Opcode { opcode: 0x82, at: 0 });
}

#[test]
fn a_pickle_longer_than_any_models_is_refused() {
    let mut long = vec![b'N'; MAX_PICKLE_BYTES + 1];
    long.push(b'.');
    assert!(matches!(error(&long), PickleError::TooLong(_) | PickleError::TooTangled));
}

#[test]
fn rings_and_laughs_end() {
    // a = {}; a["a"] = a
    let ring = unpickle(b"}q\x00X\x01\x00\x00\x00ah\x00s.").unwrap();
    assert_eq!(tensors(&ring), Err(PickleError::TooTangled));
    // Twelve lists, each of ten times the one before.
    let mut laughs = b"]q\x00".to_vec();
    for level in 0..12u8 {
        laughs.extend_from_slice(b"](");
        for _ in 0..10 {
            laughs.extend_from_slice(&[b'h', level]);
        }
        laughs.extend_from_slice(&[b'e', b'q', level + 1]);
    }
    laughs.push(b'.');
    assert_eq!(tensors(&unpickle(&laughs).unwrap()), Err(PickleError::TooTangled));
}

#[test]
fn a_shared_list_is_not_copied_by_calls() {
    // A list of 60,000 items, and 60,000 dictionaries made from it.
    let mut pickle = b"](".to_vec();
    pickle.extend(std::iter::repeat_n(b'N', 60_000));
    pickle.extend_from_slice(b"e\x85q\x00ccollections\nOrderedDict\nq\x01");
    for _ in 0..60_000 {
        pickle.extend_from_slice(b"h\x01h\x00R0");
    }
    pickle.push(b'.');
    unpickle(&pickle).unwrap();
}

#[test]
fn what_calls_copy_is_bounded() {
    // A list of 4,096 pairs, and 60,000 dictionaries made from it: 2 GB.
    let mut pickle = b"](".to_vec();
    pickle.extend(b"NN\x86".repeat(4096));
    pickle.extend_from_slice(b"e\x85q\x00ccollections\nOrderedDict\nq\x01");
    pickle.extend(b"h\x01h\x00R0".repeat(60_000));
    assert_eq!(error(&pickle), PickleError::TooTangled);
    // A name of 1,000 letters, made a value of 300,000 times.
    let mut pickle = [b"X\xf4\x01\x00\x00".as_slice(), &[b'b'; 500], b"q\x01"].concat();
    pickle.extend(b"h\x01h\x01\x930".repeat(300_000));
    assert_eq!(error(&pickle), PickleError::TooTangled);
}

/// Opcodes and small arguments, so that random programs get somewhere.
fn opcode() -> impl Strategy<Value = Vec<u8>> {
    let plain = prop::sample::select(b"(012)t]l}daesuRQbN.\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94".to_vec());
    prop_oneof![
        plain.prop_map(|opcode| vec![opcode]),
        (0u8..6).prop_map(|slot| vec![b'q', slot]),
        (0u8..6).prop_map(|slot| vec![b'h', slot]),
        any::<u8>().prop_map(|number| vec![b'K', number]),
        Just(b"X\x07\x00\x00\x00storage".to_vec()),
        Just(b"X\x01\x00\x00\x000".to_vec()),
        Just(b"ctorch\nFloatStorage\n".to_vec()),
        Just(b"ctorch._utils\n_rebuild_tensor_v2\n".to_vec()),
        Just(b"ccollections\nOrderedDict\n".to_vec()),
        Just(b"ctorch._tensor\n_rebuild_from_type_v2\n".to_vec()),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(read) = unpickle(&bytes) {
            let _ = tensors(&read);
        }
    }

    #[test]
    fn any_program_is_read_or_refused(program in prop::collection::vec(opcode(), 0..120)) {
        let mut bytes = program.concat();
        bytes.push(b'.');
        if let Ok(read) = unpickle(&bytes) {
            let _ = tensors(&read);
        }
    }
}
