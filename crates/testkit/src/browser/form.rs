//! Forms as a browser without JavaScript sends them.

use super::html::{Piece, Tag, is_void, text_of};

/// A form of a page, with what it holds now.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it is sent; empty is the page itself.
    pub action: String,
    /// `get` or `post`.
    pub method: String,
    /// Whether it is sent in parts, as a form with a file is.
    pub in_parts: bool,
    /// Fields in order.
    pub fields: Vec<Field>,
    /// Buttons that send it.
    pub buttons: Vec<Button>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name it is sent under.
    pub name: String,
    /// What it holds, or what it stands for if it is a choice.
    pub value: String,
    /// Its type: `text`, `hidden`, `radio`…
    pub kind: String,
    /// Whether it is sent: choices only when chosen.
    pub is_sent: bool,
    /// What the browser may fill in.
    pub autocomplete: Option<String>,
}

/// A button that sends a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub text: String,
    /// Name and value that it adds.
    pub adds: Option<(String, String)>,
    /// Where it sends the form instead.
    pub action: Option<String>,
}

impl Form {
    /// Types `value` into the field `name`, or chooses the choice of that name and value.
    ///
    /// Returns whether there is such a field.
    pub fn fill(&mut self, name: &str, value: &str) -> bool {
        let is_choice = |field: &Field| matches!(field.kind.as_str(), "radio" | "checkbox" | "option");
        let known = |field: &Field| field.name == name && (!is_choice(field) || field.value == value);
        if !self.fields.iter().any(known) {
            return false;
        }
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            if !is_choice(field) {
                value.clone_into(&mut field.value);
            } else if field.value == value {
                field.is_sent = true;
            } else if field.kind != "checkbox" {
                field.is_sent = false;
            }
        }
        true
    }

    /// What pressing `button` sends.
    pub fn sent_by(&self, button: &Button) -> Vec<(String, String)> {
        let fields = self.fields.iter().filter(|field| field.is_sent);
        let pairs = fields.map(|field| (field.name.clone(), field.value.clone()));
        pairs.chain(button.adds.clone()).collect()
    }
}

/// The forms of a page.
pub fn forms(pieces: &[Piece]) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut current: Option<Form> = None;
    let mut select: Option<String> = None;
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Open(tag) if tag.name == "form" => current = Some(begin(tag)),
            Piece::Close(name) if name == "form" => forms.extend(current.take()),
            Piece::Open(tag) if tag.attribute("disabled").is_some() => {}
            Piece::Open(tag) => {
                let Some(form) = current.as_mut() else { continue };
                match tag.name.as_str() {
                    "input" => input(form, tag),
                    "textarea" => form.fields.extend(field(tag, "textarea", written_in(pieces, at))),
                    "select" => select = tag.attribute("name").map(str::to_owned),
                    "option" => form.fields.extend(select.as_deref().map(|name| option(name, tag, pieces, at))),
                    "button" if tag.attribute("type").unwrap_or("submit") == "submit" => {
                        form.buttons.push(button(tag, inner_text(pieces, at)));
                    }
                    _ => {}
                }
            }
            Piece::Close(_) | Piece::Text(_) => {}
        }
    }
    forms
}

/// What stands in a text area: lines stay lines.
fn written_in(pieces: &[Piece], at: usize) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Text(text) => Some(text.clone()),
        Piece::Open(_) | Piece::Close(_) => None,
    };
    inner(pieces, at).iter().filter_map(text).collect::<String>().trim().to_owned()
}

/// The text inside the element that opens at `at`.
pub fn inner_text(pieces: &[Piece], at: usize) -> String {
    text_of(inner(pieces, at))
}

/// What stands inside the element that opens at `at`.
pub fn inner(pieces: &[Piece], at: usize) -> &[Piece] {
    let Some(Piece::Open(opening)) = pieces.get(at) else { return &[] };
    if is_void(&opening.name) {
        return &[];
    }
    let mut depth = 0_usize;
    for (offset, piece) in pieces[at..].iter().enumerate() {
        match piece {
            Piece::Open(tag) if tag.name == opening.name => depth += 1,
            Piece::Close(name) if *name == opening.name => depth -= 1,
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => {}
        }
        if depth == 0 {
            return &pieces[at + 1..at + offset];
        }
    }
    &pieces[at + 1..]
}

fn begin(tag: &Tag) -> Form {
    Form {
        action: tag.attribute("action").unwrap_or_default().to_owned(),
        method: tag.attribute("method").unwrap_or("get").to_lowercase(),
        in_parts: tag.attribute("enctype") == Some("multipart/form-data"),
        ..Form::default()
    }
}

fn input(form: &mut Form, tag: &Tag) {
    let kind = tag.attribute("type").unwrap_or("text");
    match kind {
        "submit" => form.buttons.push(button(tag, tag.attribute("value").unwrap_or("Submit").to_owned())),
        "button" | "reset" | "image" => {}
        "radio" | "checkbox" => {
            let value = tag.attribute("value").unwrap_or("on").to_owned();
            let is_sent = tag.attribute("checked").is_some();
            form.fields.extend(field(tag, kind, value).map(|field| Field { is_sent, ..field }));
        }
        _ => form.fields.extend(field(tag, kind, tag.attribute("value").unwrap_or_default().to_owned())),
    }
}

fn field(tag: &Tag, kind: &str, value: String) -> Option<Field> {
    Some(Field {
        name: tag.attribute("name")?.to_owned(),
        value,
        kind: kind.to_owned(),
        is_sent: true,
        autocomplete: tag.attribute("autocomplete").map(str::to_owned),
    })
}

fn option(name: &str, tag: &Tag, pieces: &[Piece], at: usize) -> Field {
    Field {
        name: name.to_owned(),
        value: tag.attribute("value").map_or_else(|| inner_text(pieces, at), str::to_owned),
        kind: "option".to_owned(),
        is_sent: tag.attribute("selected").is_some(),
        autocomplete: None,
    }
}

fn button(tag: &Tag, text: String) -> Button {
    let value = tag.attribute("value").unwrap_or_default().to_owned();
    Button {
        text,
        adds: tag.attribute("name").map(|name| (name.to_owned(), value)),
        action: tag.attribute("formaction").map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::super::html::pieces;
    use super::*;

    const PAGE: &str = r#"<form action="/go" method="post"><input type="hidden" name="csrf" value="a&amp;b">
        <input name="who"><input type="radio" name="colour" value="red" checked><input type="radio" name="colour" value="blue">
        <select name="size"><option value="s">Small</option><option selected>Large</option></select>
        <button name="next" value="1">Carry <b>on</b></button></form>"#;

    #[test]
    fn a_form_sends_what_was_typed_and_chosen() {
        let mut form = forms(&pieces(PAGE)).pop().unwrap();
        assert!(form.fill("who", "Jo") && form.fill("colour", "blue"));
        assert!(!form.fill("colour", "green") && !form.fill("nobody", ""));
        assert_eq!((form.action.as_str(), form.method.as_str()), ("/go", "post"));
        let button = form.buttons.first().unwrap();
        assert_eq!(button.text, "Carry on");
        let sent: Vec<String> = form.sent_by(button).iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(sent, ["csrf=a&b", "who=Jo", "colour=blue", "size=Large", "next=1"]);
    }
}
