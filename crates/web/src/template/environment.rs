//! The template environment: our pages and the design system's component macros.
//!
//! Release builds carry the templates inside them; development builds read ours from disk and notice changes.

use std::sync::LazyLock;

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, TemplateSource, UndefinedBehavior};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/"]
#[include = "*.html"]
struct Pages;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/nhsuk"]
#[include = "*.jinja"]
struct Macros;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// Renders the page template `name`.
///
/// # Errors
/// When there is no such template or it is wrong.
pub(crate) fn render(name: &str, context: Value) -> Result<String, Error> {
    ENVIRONMENT.get_template(name)?.render(context)
}

/// An environment as the component macros need it; see `docs/how-to/add-a-page.md`.
pub(crate) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    // SECURITY: every template is HTML and escapes what it is given, whatever its name ends with.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    if let Ok(syntax) = minijinja::syntax::SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    // The macros were written for Jinja, where these take what is not there for nothing.
    environment.add_filter("length", |value: Value| value.len().unwrap_or(0));
    environment.add_filter("indent", indent);
    environment.add_filter("trim", trim);
    environment.add_filter("thousands", thousands);
    environment.add_filter("breakable", breakable);
    environment.add_test("escaped", |value: &Value| value.is_safe());
    environment.add_function("error_for", error_for);
    environment.set_loader(load);
    environment.set_auto_reload(cfg!(debug_assertions));
    environment
}

fn load(name: &str) -> Result<Option<TemplateSource>, Error> {
    let found = match name.strip_prefix("nhsuk/") {
        Some(component) => Macros::get(component),
        None => Pages::get(name),
    };
    Ok(found.map(|file| watched(name, String::from_utf8_lossy(&file.data).into_owned())))
}

#[cfg(not(debug_assertions))]
fn watched(_name: &str, source: String) -> TemplateSource {
    TemplateSource::new(source)
}

#[cfg(debug_assertions)]
fn watched(name: &str, source: String) -> TemplateSource {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(name);
    let modified = move || std::fs::metadata(&path).and_then(|file| file.modified()).ok();
    let loaded = modified();
    TemplateSource::new(source).with_uptodate_check(move || modified() == loaded)
}

/// The message about the form field `field`, or nothing.
fn error_for(errors: Value, field: &str) -> Value {
    let Ok(errors) = errors.try_iter() else { return Value::from(()) };
    errors
        .filter(|error| error.get_attr("field").is_ok_and(|name| name.as_str() == Some(field)))
        .find_map(|error| error.get_attr("text").ok())
        .map_or(Value::from(()), |text| Value::from_pairs([("text", text)]))
}

/// A number as people read it: `183,211`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An email address that may be broken after its `@`, rather than inside a word.
fn breakable(address: &str) -> Value {
    let escaped = minijinja::HtmlEscape(address).to_string();
    Value::from_safe_string(escaped.replace('@', "@<wbr>"))
}

/// Indentation is for people who read the source; ours do not, so it is left out.
fn indent(value: Value, _width: Option<usize>, _first: Option<bool>, _options: Kwargs) -> Value {
    if value.is_undefined() || value.is_none() { Value::from("") } else { value }
}

fn trim(value: Value) -> Value {
    if value.is_undefined() || value.is_none() {
        return Value::from("");
    }
    let safe = value.is_safe();
    let text = if value.kind() == ValueKind::String {
        value.as_str().unwrap_or("").trim().to_owned()
    } else {
        value.to_string()
    };
    if safe { Value::from_safe_string(text.trim().to_owned()) } else { Value::from(text) }
}

/// The names of our own templates.
#[cfg(test)]
pub(crate) fn names() -> Vec<String> {
    Pages::iter().map(|name| name.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_broken_at_its_sign_and_stays_text() {
        assert_eq!(breakable("a&b@<i>.example").to_string(), "a&amp;b@<wbr>&lt;i&gt;.example");
    }

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!([0, 999, 1_000, 183_211, 1_000_000].map(thousands), ["0", "999", "1,000", "183,211", "1,000,000"]);
    }
}
