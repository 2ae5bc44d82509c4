//! Just enough of HTML to fill in our own forms.

/// A form's address and its fields with the values that they have.
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

/// The first form that has a field called `name`.
pub fn form_with(html: &str, name: &str) -> Option<Form> {
    forms(html).find(|form| form.fields.iter().any(|(field, _)| field == name))
}

/// The first form that leads to `action`.
pub fn form_to(html: &str, action: &str) -> Option<Form> {
    forms(html).find(|form| form.action == action)
}

fn forms(html: &str) -> impl Iterator<Item = Form> {
    html.split("<form").skip(1).filter_map(|part| {
        let inside = part.split("</form").next().unwrap_or_default();
        let (head, rest) = inside.split_once('>')?;
        let tags = rest.split("<input").skip(1).chain(rest.split("<button").skip(1));
        let fields = tags.filter_map(|tag| {
            let tag = tag.split('>').next().unwrap_or_default();
            Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
        });
        Some(Form { action: attribute(head, "action").unwrap_or_default(), fields: fields.collect() })
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let rest = tag.get(start..)?;
    let value = rest.split('"').next()?;
    Some(value.replace("&#x2f;", "/").replace("&#39;", "'").replace("&quot;", "\"").replace("&amp;", "&"))
}

/// The text inside the element of this identifier.
pub fn text_of_id(html: &str, id: &str) -> Option<String> {
    let at = html.find(&format!(" id=\"{id}\""))?;
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
