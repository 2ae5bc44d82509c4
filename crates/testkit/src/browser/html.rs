//! Reads just as much HTML as a person without JavaScript needs: text, links and forms.
//!
//! It is not a browser's parser: our own pages are well-formed, and a page that is not fails here, which is right.

/// One piece of a page, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `<name attribute="value">`.
    Open(Tag),
    /// `</name>`.
    Close(String),
    /// Text between tags, with entities resolved.
    Text(String),
}

/// An opening tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Lower-case name.
    pub name: String,
    /// Attributes in order, with entities resolved.
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute; empty if it stands without one.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether `class` is among its classes.
    pub fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|classes| classes.split_whitespace().any(|one| one == class))
    }
}

/// Elements that never have content.
const VOID: [&str; 10] = ["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"];

/// Elements that stand within a word or a sentence.
const INLINE: [&str; 9] = ["a", "b", "code", "em", "i", "small", "span", "strong", "wbr"];

/// Elements whose content is not markup.
const RAW: [&str; 2] = ["script", "style"];

/// Takes a page apart.
pub fn pieces(mut rest: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while let Some(open) = rest.find('<') {
        push_text(&mut pieces, &rest[..open]);
        rest = &rest[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
        } else if rest.starts_with("<!") {
            rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
        } else if let Some(closing) = rest.strip_prefix("</") {
            let end = closing.find('>').unwrap_or(closing.len());
            pieces.push(Piece::Close(closing[..end].trim().to_lowercase()));
            rest = closing.get(end + 1..).unwrap_or("");
        } else {
            let (tag, after) = read_tag(&rest[1..]);
            rest = after;
            let raw_end = RAW.contains(&tag.name.as_str()).then(|| format!("</{}", tag.name));
            pieces.push(Piece::Open(tag));
            if let Some(end) = raw_end.and_then(|end| rest.find(&end)) {
                pieces.push(Piece::Text(rest[..end].to_owned()));
                rest = &rest[end..];
            }
        }
    }
    push_text(&mut pieces, rest);
    pieces
}

/// Whether an element has no closing tag.
pub fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

/// The text of `pieces`, with runs of white space made one space.
pub fn text_of(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let mut hidden = 0_usize;
    for piece in pieces {
        match piece {
            Piece::Open(tag) if RAW.contains(&tag.name.as_str()) => hidden += 1,
            Piece::Close(name) if RAW.contains(&name.as_str()) => hidden = hidden.saturating_sub(1),
            Piece::Text(part) if hidden == 0 => text.push_str(part),
            Piece::Open(Tag { name, .. }) | Piece::Close(name) if INLINE.contains(&name.as_str()) => {}
            Piece::Open(_) | Piece::Close(_) => text.push(' '),
            Piece::Text(_) => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(unescape(text)));
    }
}

/// Reads a tag after its `<`; returns it and what follows its `>`.
fn read_tag(text: &str) -> (Tag, &str) {
    let name_end =
        text.find(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/')).unwrap_or(text.len());
    let mut tag = Tag { name: text[..name_end].to_lowercase(), attributes: Vec::new() };
    let mut rest = &text[name_end..];
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return (tag, after);
        }
        if rest.is_empty() {
            return (tag, rest);
        }
        let key_end =
            rest.find(|letter: char| letter.is_whitespace() || matches!(letter, '=' | '>' | '/')).unwrap_or(rest.len());
        let key = rest[..key_end].to_lowercase();
        rest = rest[key_end..].trim_start();
        let Some(after) = rest.strip_prefix('=') else {
            tag.attributes.push((key, String::new()));
            continue;
        };
        let (value, after) = read_attribute_value(after.trim_start());
        tag.attributes.push((key, unescape(value)));
        rest = after;
    }
}

fn read_attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = text.find(|letter: char| letter.is_whitespace() || letter == '>').unwrap_or(text.len());
    text.split_at(end)
}

/// Resolves the entities that a template engine writes.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.find(';').filter(|end| *end < 12).map(|end| (&rest[1..end], end + 1));
        let resolved = entity.and_then(|(name, length)| Some((letter(name)?, length)));
        let (letter, length) = resolved.unwrap_or(('&', 1));
        plain.push(letter);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    plain
}

fn letter(entity: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => match entity.strip_prefix("#x") {
            Some(digits) => number(digits, 16),
            None => number(entity.strip_prefix('#')?, 10),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_taken_apart() {
        let page =
            pieces("<!doctype html><p class='a b'>Fish &amp; <b>chips</b><!-- no --><input disabled value=x></p>");
        let Some(Piece::Open(paragraph)) = page.first() else { panic!("{page:?}") };
        assert!(paragraph.has_class("b"));
        assert_eq!(text_of(&page), "Fish & chips");
        assert_eq!(text_of(&pieces("<p>Sign out<span>: here</span></p><p>now</p>")), "Sign out: here now");
        let input = Tag {
            name: "input".to_owned(),
            attributes: vec![("disabled".to_owned(), String::new()), ("value".to_owned(), "x".to_owned())],
        };
        assert!(page.contains(&Piece::Open(input)));
    }

    #[test]
    fn entities_are_resolved() {
        assert_eq!(unescape("&#x2f;&#39;&quot;&unknown;&"), "/'\"&unknown;&");
    }

    #[test]
    fn a_script_is_not_text() {
        assert_eq!(text_of(&pieces("<script>if (a<b) {}</script>after")), "after");
    }
}
