//! Just enough of HTML to fill in our own forms.

/// A form's address and its fields with the values that they have.
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

/// The first form that has a field called `name`.
pub fn form_with(html: &str, name: &str) -> Option<Form> {
    for part in html.split("<form").skip(1) {
        let inside = part.split("</form").next().unwrap_or_default();
        let (head, rest) = inside.split_once('>')?;
        let mut fields = Vec::new();
        for tag in rest.split("<input").skip(1).chain(rest.split("<button").skip(1)) {
            let tag = tag.split('>').next().unwrap_or_default();
            if let Some(field) = attribute(tag, "name") {
                fields.push((field, attribute(tag, "value").unwrap_or_default()));
            }
        }
        if fields.iter().any(|(field, _)| field == name) {
            return Some(Form { action: attribute(head, "action").unwrap_or_default(), fields });
        }
    }
    None
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let rest = tag.get(start..)?;
    let value = rest.split('"').next()?;
    Some(value.replace("&#x2f;", "/").replace("&#39;", "'").replace("&quot;", "\"").replace("&amp;", "&"))
}

/// The text inside the first element with this class.
pub fn text_of_class(html: &str, class: &str) -> Option<String> {
    let at = html.find(class)?;
    let rest = html.get(at..)?.split_once('>')?.1;
    Some(rest.split('<').next()?.trim().to_owned())
}

/// Percent-encodes a form's fields.
pub fn encode<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        for (index, part) in [name, value].into_iter().enumerate() {
            if index == 1 {
                text.push('=');
            }
            for byte in part.bytes() {
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
                    _ => text.push_str(&format!("%{byte:02X}")),
                }
            }
        }
    }
    text
}
