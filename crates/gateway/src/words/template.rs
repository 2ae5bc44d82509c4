//! The templates, inside the program.

use std::sync::LazyLock;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, TemplateSource, UndefinedBehavior};
use rust_embed::RustEmbed;
use serde::Serialize;

#[derive(RustEmbed)]
#[folder = "templates/"]
#[include = "*.txt"]
#[include = "*.html"]
struct Files;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// A message that cannot be written: a template is missing, wrong, or asks for what it is not given. Its text names the
/// template and nothing that was to be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the template `{name}` cannot be used")]
pub struct WordsError {
    name: String,
}

/// Renders the template `name`.
pub(super) fn render(name: &str, facts: impl Serialize) -> Result<String, WordsError> {
    // SECURITY: what the library says about the failure may quote the facts, so it goes no further.
    let failed = |_: Error| WordsError { name: name.to_owned() };
    let template = ENVIRONMENT.get_template(name).map_err(failed)?;
    template.render(Value::from(Serde(facts))).map_err(failed)
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    // A gap where a name should be is a mistake of ours, and a test finds it.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // SECURITY: names are not markup. In plain text they are what they are.
    environment
        .set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    if let Ok(syntax) = minijinja::syntax::SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_loader(|name| {
        Ok(Files::get(name).map(|file| TemplateSource::new(String::from_utf8_lossy(&file.data).into_owned())))
    });
    environment
}

/// The names of all templates.
#[cfg(test)]
pub(super) fn names() -> std::collections::BTreeSet<String> {
    Files::iter().map(|name| name.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_is_not_given_what_it_asks_for_fails_and_quotes_nothing() {
        #[derive(Serialize)]
        struct Code {
            code: &'static str,
        }
        let error = render("sign_in_code/sms.txt", Code { code: "123456" }).unwrap_err();
        assert!(error.to_string().contains("sign_in_code") && !format!("{error:?}").contains("123456"));
        assert!(render("no_such/sms.txt", Code { code: "123456" }).is_err());
    }
}
