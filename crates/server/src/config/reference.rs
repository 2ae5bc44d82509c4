//! Writes the reference of all settings, and a configuration file that is all comments.

use std::fmt::Write as _;

use super::environment;
use super::reader::{DefaultDoc, SectionDoc, SettingDoc};

const HEAD: &str = "# Settings

<!-- Written by `cargo xtask docs` from crates/server/src/config; change the words there. -->

Wardkey reads one TOML file: the one named by `--config` or `WARDKEY_CONFIG`, otherwise `wardkey.toml` in the current
folder if there is one. An environment variable overrides the file. Unknown names are refused, so a slip does not pass
unnoticed. `wardkey check-config` checks a configuration without starting the server.

Times are written as `30 s`, `15 min`, `12 h` or `365 d`. In an environment variable a list has commas between its items.
";

const EXAMPLE_HEAD: &str =
    "# Wardkey's settings. What is commented out shows the default, or an example where there is no default.
# docs/reference/settings.md says the same as a page. An environment variable WARDKEY_SECTION_KEY overrides each value.
";

/// `docs/reference/settings.md`.
pub fn page(sections: &[SectionDoc]) -> String {
    let mut page = HEAD.to_owned();
    for section in sections {
        let _ = write!(page, "\n## `[{}]`\n\n{}\n", section.name, section.about);
        for setting in &section.settings {
            let _ = write!(page, "\n### `{}.{}`\n\n{}\n\n", section.name, setting.key, setting.about);
            page.push_str(&facts(section, setting));
        }
    }
    page
}

/// `wardkey.example.toml`.
pub fn example(sections: &[SectionDoc]) -> String {
    let mut file = EXAMPLE_HEAD.to_owned();
    for section in sections {
        let _ = write!(file, "\n{}[{}]\n", comment(section.about), section.name);
        for setting in &section.settings {
            let _ = write!(file, "\n{}", comment(setting.about));
            if let Some(bounds) = &setting.bounds {
                let _ = writeln!(file, "# Allowed: {bounds}.");
            }
            let variable = environment::name_of(section.name, setting.key);
            let _ = match &setting.default {
                _ if !setting.in_file => writeln!(file, "# Only as an environment variable: {variable}"),
                DefaultDoc::Value(value) => writeln!(file, "# {} = {value}", setting.key),
                DefaultDoc::Unset(example) => writeln!(file, "# Not set. For example:\n# {} = {example}", setting.key),
                DefaultDoc::Required(example) => writeln!(file, "# Must be set.\n{} = {example}", setting.key),
            };
        }
    }
    file
}

fn facts(section: &SectionDoc, setting: &SettingDoc) -> String {
    let mut facts = String::new();
    let _ = match &setting.default {
        DefaultDoc::Value(value) => writeln!(facts, "- Default: `{value}`"),
        DefaultDoc::Unset(_) if !setting.in_file => {
            writeln!(facts, "- Not set; a secret, so it may not stand in the file")
        }
        DefaultDoc::Unset(example) => writeln!(facts, "- Not set; for example `{example}`"),
        DefaultDoc::Required(example) => writeln!(facts, "- Must be set; for example `{example}`"),
    };
    if let Some(bounds) = &setting.bounds {
        let _ = writeln!(facts, "- Allowed: {bounds}");
    }
    let _ = writeln!(facts, "- Environment: `{}`", environment::name_of(section.name, setting.key));
    facts
}

/// `text` as comment lines of at most 110 characters.
fn comment(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.len() + word.len() >= 110 {
            let _ = writeln!(lines, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(lines, "{line}");
    lines
}
