//! The little XML that OpenRaster needs: elements with attributes, in memory.
//!
//! Nothing is expanded but the five entities of XML itself and characters by number; there is no way for a file to
//! define others, and depth and number of elements are bounded.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::{Reader, Writer};

use super::super::layered::{MAX_DEPTH, MAX_LAYERS};

/// The namespace of what other programs do not know, written with [`PREFIX`].
pub(super) const NAMESPACE: &str = "urn:brushfire:openraster";
pub(super) const PREFIX: &str = "brushfire:";

/// An element; text between elements means nothing in OpenRaster and is dropped.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
}

impl Element {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub(super) fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_true(&self, attribute: &str) -> bool {
        // The two spellings of xsd:boolean.
        matches!(self.get(attribute).map(str::trim), Some("true" | "1"))
    }

    pub(super) fn set(&mut self, attribute: &str, value: impl Into<String>) {
        self.attributes.push((attribute.to_owned(), writable(&value.into())));
    }

    pub(super) fn set_true(&mut self, attribute: &str, value: bool) {
        if value {
            self.set(attribute, "true");
        }
    }
}

/// Text without the characters that XML cannot hold at all (XML 1.0, 2.2).
fn writable(text: &str) -> String {
    text.chars()
        .map(|char| if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') { ' ' } else { char })
        .collect()
}

/// The root element. Names in our namespace come with [`PREFIX`] whatever prefix the file gives them.
///
/// # Errors
/// What is wrong, as half a sentence about the file.
pub(super) fn parse(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut prefix = None;
    let mut count = 0;
    loop {
        let at = reader.buffer_position();
        let wrong = |what: &dyn std::fmt::Display| format!("{what} (at byte {at})");
        let (element, is_empty) = match reader.read_event().map_err(|error| wrong(&error))? {
            Event::Start(start) => (element_of(&start, &mut prefix).map_err(|error| wrong(&error))?, false),
            Event::Empty(start) => (element_of(&start, &mut prefix).map_err(|error| wrong(&error))?, true),
            Event::End(_) => {
                let Some(element) = open.pop() else { return Err(wrong(&"an element ends that never began")) };
                close(element, &mut open, &mut root);
                continue;
            }
            Event::Eof if open.is_empty() => return root.ok_or_else(|| "it has no elements".to_owned()),
            Event::Eof => return Err("it was cut short".to_owned()),
            _ => continue,
        };
        count += 1;
        if open.len() > MAX_DEPTH || count > 4 * MAX_LAYERS {
            return Err(wrong(&"it has more elements than any picture needs"));
        }
        if is_empty { close(element, &mut open, &mut root) } else { open.push(element) }
    }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => {
            root.get_or_insert(element);
        }
    }
}

fn element_of(start: &BytesStart<'_>, prefix: &mut Option<String>) -> Result<Element, String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| format!("the value of “{}” cannot be read: {error}", text(attribute.key.as_ref())))?;
        let name = text(attribute.key.as_ref());
        if let Some(declared) = name.strip_prefix("xmlns:")
            && value == NAMESPACE
        {
            *prefix = Some(format!("{declared}:"));
        }
        attributes.push((name, value.into_owned()));
    }
    let ours = |name: String| match prefix.as_deref().and_then(|prefix| name.strip_prefix(prefix)) {
        Some(name) => format!("{PREFIX}{name}"),
        None => name,
    };
    let attributes = attributes.into_iter().map(|(name, value)| (ours(name), value)).collect();
    Ok(Element { name: ours(text(start.name().as_ref())), attributes, children: Vec::new() })
}

/// The document of this root element, indented.
///
/// # Errors
/// None that a buffer in memory can cause; they are passed on all the same.
pub(super) fn write(root: &Element) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    write_element(&mut writer, root)?;
    Ok(writer.into_inner())
}

fn write_element(writer: &mut Writer<Vec<u8>>, element: &Element) -> std::io::Result<()> {
    let attributes = element.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let start = BytesStart::new(element.name.as_str()).with_attributes(attributes);
    if element.children.is_empty() {
        return writer.write_event(Event::Empty(start));
    }
    writer.write_event(Event::Start(start.borrow()))?;
    for child in &element.children {
        write_element(writer, child)?;
    }
    writer.write_event(Event::End(start.to_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut root = Element::new("image");
        root.set("xmlns:brushfire", NAMESPACE);
        let mut child = Element::new("layer");
        child.set("name", "a \"b\" <c> & 'd' 雪\u{7}");
        child.set("brushfire:kind", "result");
        root.children = vec![child, Element::new("stack")];
        let read = parse(std::str::from_utf8(&write(&root).unwrap()).unwrap()).unwrap();
        assert_eq!(read, root);
        assert_eq!(read.children[0].get("name"), Some("a \"b\" <c> & 'd' 雪 "));
    }

    #[test]
    fn our_namespace_is_known_by_any_prefix() {
        let text = format!("<image xmlns:ns0='{NAMESPACE}'><ns0:mask ns0:active='true'/></image>");
        let root = parse(&text).unwrap();
        assert_eq!(root.children[0].name, "brushfire:mask");
        assert!(root.children[0].is_true("brushfire:active"));
    }

    #[test]
    fn entities_are_never_expanded() {
        let bomb = "<!DOCTYPE image [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\
                    <image w=\"1\" h=\"1\"><stack name=\"&b;\"/></image>";
        let error = parse(bomb).unwrap_err();
        assert!(error.contains("name"), "{error}");
        let outside = "<!DOCTYPE image [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><image name=\"&a;\"/>";
        assert!(parse(outside).is_err());
    }

    #[test]
    fn depth_and_number_of_elements_are_bounded() {
        assert!(parse(&"<stack>".repeat(100_000)).unwrap_err().contains("more elements"));
        assert!(
            parse(&format!("<stack>{}</stack>", "<layer/>".repeat(100_000))).unwrap_err().contains("more elements")
        );
        for text in ["", "   ", "text", "<image", "<image>", "<a></b>", "</a>", "<image a=1/>", "<image a='&x;'/>"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
