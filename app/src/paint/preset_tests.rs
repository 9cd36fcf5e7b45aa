use proptest::prelude::*;

use super::*;
use crate::paint::{Curve, Driven, Input};

fn preset() -> BrushPreset {
    BrushPreset {
        name: "Ink \"pen\"".to_owned(),
        notice: "CC0-1.0".to_owned(),
        brush: Brush {
            diameter: 8.5,
            spacing: 0.1,
            builds_up: true,
            tip: Some(BrushPicture::named("leaf.png")),
            dynamics: vec![Dynamic {
                parameter: Driven::Diameter,
                input: Input::RandomPerStroke,
                curve: Curve::new(vec![[0.0, 0.1], [0.3, 0.7], [1.0, 1.0]]).unwrap(),
            }],
            ..Brush::default()
        },
    }
}

#[test]
fn a_file_is_readable_and_comes_back() {
    let text = preset().to_text();
    assert_eq!(
        text,
        r#"{
  "brushfire_brush": 1,
  "name": "Ink \"pen\"",
  "notice": "CC0-1.0",
  "brush": {
    "diameter": 8.5,
    "tip": "leaf.png",
    "spacing": 0.1,
    "builds_up": true,
    "dynamics": [
      {"curve":[[0,0.1],[0.3,0.7],[1,1]],"input":"random_per_stroke","parameter":"diameter"}
    ]
  }
}
"#
    );
    assert_eq!(BrushPreset::parse(&text), Ok(preset()));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let error = |brush: &str| {
        let text = format!(r#"{{"brushfire_brush": 1, "name": "a", "brush": {brush}}}"#);
        BrushPreset::parse(&text).unwrap_err().to_string()
    };
    assert_eq!(error(r#"{"hardnes": 1}"#), r#"there is no parameter "hardnes"; is "hardness" meant?"#);
    assert_eq!(error(r#"{"bristles": 1}"#), r#"there is no parameter "bristles""#);
    assert_eq!(error(r#"{"diameter": 0}"#), r#""diameter" must be a number from 1 to 2000 (pixels), not 0"#);
    assert_eq!(error(r#"{"flow": "much"}"#), r#""flow" must be a number from 0 to 1 (1 is 100 %), not "much""#);
    assert_eq!(error(r#"{"erases": 1}"#), r#""erases" must be true or false, not 1"#);
    assert_eq!(error(r#"{"grain_mode": "deep"}"#), r#""grain_mode" must be "height" or "multiply", not "deep""#);
    assert_eq!(
        error(r#"{"tip": "../../secret.png"}"#),
        r#""tip" must be the name of a picture in the folder "tips", not "../../secret.png""#
    );
    let curve = r#"{"dynamics": [{"parameter": "flow", "input": "pressure", "curve": [[0, 0]]}]}"#;
    assert_eq!(error(curve), "dynamic 1 of the brush is wrong: a curve has 2 to 16 points, not 1");
    assert!(
        error(r#"{"dynamics": [{"parameter": "flow", "input": "mood", "curve": [[0, 0], [1, 1]]}]}"#).contains("mood")
    );

    let error = |text: &str| BrushPreset::parse(text).unwrap_err();
    assert!(matches!(error("{"), PresetError::NotJson(reason) if reason.contains("line 1 column 1")));
    assert_eq!(error("[]"), PresetError::NoVersion);
    assert_eq!(error(r#"{"brushfire_brush": 2}"#), PresetError::Version(2));
    assert_eq!(error(r#"{"brushfire_brush": 1}"#), PresetError::Missing("name"));
    assert_eq!(error(r#"{"brushfire_brush": 1, "name": " "}"#), PresetError::Name);
    assert_eq!(error(r#"{"brushfire_brush": 1, "name": "a"}"#), PresetError::Missing("brush"));
}

#[test]
fn a_brush_in_settings_keeps_what_is_right() {
    let text = r#"{"diameter": 9, "flow": "much", "opacity": 7, "size_by_pressure": true, "hardness": 0.5}"#;
    let brush: Brush = serde_json::from_str(text).unwrap();
    assert_eq!(brush, Brush { diameter: 9.0, hardness: 0.5, ..Brush::default() });
    assert!(serde_json::from_str::<Brush>("5").is_err());
    assert_eq!(serde_json::to_string(&Brush::default()).unwrap(), "{}");
}

/// Brushes with any of their parameters anywhere in its range.
fn any_brush() -> impl Strategy<Value = Brush> {
    let dynamic = (0..Driven::ALL.len(), 0..Input::ALL.len(), 0.0f32..=1.0, 0.0f32..=1.0).prop_map(
        |(driven, input, from, to)| Dynamic {
            parameter: Driven::ALL[driven],
            input: Input::ALL[input],
            curve: Curve::line(from, to),
        },
    );
    let shares = prop::collection::vec(0.0f32..=1.0, PARAMETERS.len());
    (shares, prop::collection::vec(dynamic, 0..4)).prop_map(|(shares, dynamics)| {
        let mut brush = Brush { dynamics, ..Brush::default() };
        for (parameter, share) in PARAMETERS.iter().zip(shares) {
            match &parameter.kind {
                Kind::Number(number) => (number.set)(&mut brush, number.min + (number.max - number.min) * share),
                Kind::Switch { set, .. } => set(&mut brush, share < 0.5),
                Kind::Choice { options, set, .. } => set(&mut brush, (share * options.len() as f32) as usize),
                Kind::Picture { set, .. } => set(&mut brush, (share < 0.5).then(|| BrushPicture::named("x.png"))),
            }
        }
        brush.clamped()
    })
}

proptest! {
    #[test]
    fn every_brush_comes_back_from_its_file(brush in any_brush(), name in "[^\\s\\p{C}]{1,60}", notice in "[a-z]{0,9}") {
        let preset = BrushPreset { name, notice, brush };
        prop_assert_eq!(BrushPreset::parse(&preset.to_text()), Ok(preset.clone()));
        let text = serde_json::to_string(&preset.brush).unwrap();
        prop_assert_eq!(serde_json::from_str::<Brush>(&text).unwrap(), preset.brush);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        let _ = BrushPreset::parse(&text);
    }

    #[test]
    fn no_value_makes_it_panic(
        key in "(diameter|tip|grain_mode|erases|dynamics|[a-z_]{0,12})",
        value in "(-?[0-9]{1,40}(\\.[0-9]{1,9})?(e-?[0-9]{1,3})?|null|true|\"[a-z./]{0,9}\"|\\[(\\{\\}|[0-9]|\\[\\]){0,1}\\]|\\{\\})",
    ) {
        let text = format!(r#"{{"brushfire_brush": 1, "name": "a", "brush": {{"{key}": {value}}}}}"#);
        if let Ok(preset) = BrushPreset::parse(&text) {
            prop_assert_eq!(preset.brush.clone().clamped(), preset.brush, "a file brings nothing out of range");
        }
    }
}
