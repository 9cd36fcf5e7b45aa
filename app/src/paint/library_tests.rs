use image::{GrayImage, Luma};

use super::*;

fn preset(name: &str, diameter: f32) -> BrushPreset {
    BrushPreset { name: name.to_owned(), notice: String::new(), brush: Brush { diameter, ..Brush::default() } }
}

#[test]
fn own_brushes_are_saved_replaced_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    let (mut library, errors) = BrushLibrary::load(&folder.path().join("none"), Some(&own));
    assert!(errors.is_empty() && library.presets().is_empty(), "folders that are not there are empty");
    assert_eq!(library.save(preset("My / brush", 9.0)).unwrap(), 0);
    assert_eq!(library.save(preset("my ? brush", 8.0)).unwrap(), 1);
    assert_eq!(library.save(preset("My / brush", 10.0)).unwrap(), 0);
    let (mut again, errors) = BrushLibrary::load(&folder.path().join("none"), Some(&own));
    assert!(errors.is_empty());
    let names: Vec<_> = again.presets().iter().map(|entry| entry.path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["my---brush-2.json", "my---brush.json"]);
    assert_eq!(again.find("My / brush").unwrap().preset.brush.diameter, 10.0);
    again.delete(0).unwrap();
    assert_eq!(again.presets().len(), 1);
    assert_eq!(BrushLibrary::load(&own, None).0.presets().len(), 1);
}

#[test]
fn brushes_of_the_program_are_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (shipped, own) = (folder.path().join("shipped"), folder.path().join("own"));
    BrushLibrary::load(&own, Some(&shipped)).0.save(preset("Pencil", 3.0)).unwrap();
    let (mut library, _) = BrushLibrary::load(&shipped, Some(&own));
    library.delete(0).unwrap();
    assert_eq!(library.save(preset("Pencil", 5.0)).unwrap(), 1);
    assert_eq!(library.find("Pencil").unwrap().preset.brush.diameter, 5.0, "the painter's own comes first");
    assert_eq!(BrushLibrary::load(&shipped, None).0.find("Pencil").unwrap().preset.brush.diameter, 3.0);
    assert!(matches!(BrushLibrary::load(&shipped, None).0.save(preset("a", 1.0)), Err(LibraryError::NoFolder)));
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("a.json", "{\"brushfire_brush\": 1, \"name\": \"A\", \"brush\": {\"flow\": 3}}");
    write("b.json", &preset("B", 4.0).to_text());
    write("c.json", "{\"brushfire_brush\": 1, \"name\": \"C\", \"brush\": {\"tip\": \"gone.png\"}}");
    fs::create_dir(folder.path().join("d.json")).unwrap();
    write("readme.txt", "nothing");
    let (library, errors) = BrushLibrary::load(folder.path(), None);
    let names: Vec<_> = library.presets().iter().map(|entry| entry.preset.name.as_str()).collect();
    assert_eq!(names, ["B", "C"], "a brush without its picture still paints");
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert!(errors[0].contains("a.json cannot be read: \"flow\" must be a number from 0 to 1"), "{errors:?}");
    assert!(errors[1].contains("needs the picture gone.png"), "{errors:?}");
    assert!(errors[2].contains("d.json cannot be read"), "{errors:?}");
}

#[test]
fn pictures_lie_beside_the_brushes_and_are_read_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tips")).unwrap();
    GrayImage::from_fn(8, 8, |x, _| Luma([x as u8 * 30])).save(folder.path().join("tips/ramp.png")).unwrap();
    fs::write(folder.path().join("tips/broken.png"), "no picture").unwrap();
    let (mut library, _) = BrushLibrary::load(folder.path(), None);
    assert_eq!(library.picture_names(PictureKind::Tip), ["broken.png", "ramp.png"]);
    assert!(library.picture_names(PictureKind::Grain).is_empty());
    let mut brush = Brush { tip: Some(BrushPicture::named("ramp.png")), ..Brush::default() };
    library.find_pictures(&mut brush).unwrap();
    let mut other = Brush { tip: Some(BrushPicture::named("ramp.png")), ..Brush::default() };
    library.find_pictures(&mut other).unwrap();
    let picture = |brush: &Brush| Arc::clone(brush.tip.as_ref().unwrap().picture().unwrap());
    assert!(Arc::ptr_eq(&picture(&brush), &picture(&other)));
    assert_eq!(picture(&brush).size(), [8, 8]);
    let mut broken = Brush { tip: Some(BrushPicture::named("broken.png")), ..Brush::default() };
    assert!(library.find_pictures(&mut broken).unwrap_err().to_string().contains("broken.png cannot be read"));
}
