//! A configuration file as sections, keys and values, each with the place where it stands.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::problem::{ConfigError, Problem};
use super::value::{Raw, Shape};

/// A parsed file.
#[derive(Debug, Default)]
pub struct File {
    sections: BTreeMap<String, FileSection>,
}

/// One `[section]`.
#[derive(Debug)]
pub struct FileSection {
    /// Where it begins.
    pub place: String,
    /// What it says.
    pub entries: BTreeMap<String, Entry>,
}

/// One `key = value`.
#[derive(Debug)]
pub struct Entry {
    /// Where the key stands.
    pub place: String,
    /// How the value is written; nothing if no setting is ever written so.
    pub shape: Option<Shape>,
    /// The value.
    pub raw: Raw,
}

impl File {
    /// Parses `text`; `name` is what to call the file in complaints.
    ///
    /// # Errors
    /// Names every mistake of syntax, and everything that is not a section with values.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let place = |at: usize| Place::of(text, at).named(name);
        let mut problems: Vec<Problem> = errors
            .iter()
            .map(|error| Problem {
                place: place(error.span().map_or(0, |span| span.start)),
                message: error.message().to_owned(),
            })
            .collect();
        let mut sections = BTreeMap::new();
        for (key, value) in table.into_inner() {
            let at = key.span().start;
            let DeValue::Table(values) = value.into_inner() else {
                let message = format!("`{}` stands outside a section", key.get_ref());
                problems.push(Problem { place: place(at), message });
                continue;
            };
            let name = key.get_ref().to_string();
            let mut entries = BTreeMap::new();
            for (key, value) in values {
                let inner = place(key.span().start);
                // `[smpp.second]`: a further section of the same kind.
                if let DeValue::Table(values) = value.get_ref() {
                    let entries = values.iter().map(|(key, value)| {
                        let (shape, raw) = read(value.get_ref());
                        (key.get_ref().to_string(), Entry { place: place(key.span().start), shape, raw })
                    });
                    let section = FileSection { place: inner, entries: entries.collect() };
                    sections.insert(format!("{name}.{}", key.get_ref()), section);
                    continue;
                }
                let (shape, raw) = read(value.get_ref());
                entries.insert(key.get_ref().to_string(), Entry { place: inner, shape, raw });
            }
            let has_more = sections.keys().any(|known: &String| known.starts_with(&format!("{name}.")));
            // A section that only names further ones is none itself.
            if !(entries.is_empty() && has_more) {
                sections.insert(name, FileSection { place: place(at), entries });
            }
        }
        if problems.is_empty() { Ok(Self { sections }) } else { Err(ConfigError::new(problems)) }
    }

    /// What the file says about one setting.
    pub fn entry(&self, section: &str, key: &str) -> Option<&Entry> {
        self.sections.get(section)?.entries.get(key)
    }

    /// Every section with its name.
    pub fn sections(&self) -> impl Iterator<Item = (&str, &FileSection)> {
        self.sections.iter().map(|(name, section)| (name.as_str(), section))
    }
}

fn read(value: &DeValue<'_>) -> (Option<Shape>, Raw) {
    match value {
        DeValue::String(text) => (Some(Shape::Text), Raw::One(text.to_string())),
        DeValue::Integer(number) => (Some(Shape::Number), Raw::One(number.as_str().to_owned())),
        DeValue::Boolean(on) => (Some(Shape::Switch), Raw::One(on.to_string())),
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
            let shape = texts.as_ref().map(|_| Shape::List);
            (shape, Raw::Many(texts.unwrap_or_default()))
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => (None, Raw::Many(Vec::new())),
    }
}

/// A line and a column, counted from one.
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).map_or(0, |line| line.chars().count());
        Self { line: before.matches('\n').count() + 1, column: column + 1 }
    }

    fn named(&self, name: &str) -> String {
        format!("{name}:{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_knows_where_it_stands() {
        let file = File::parse("a.toml", "# comment\n[listen]\n  http = \"127.0.0.1:1\"\nlimit = 5\n").unwrap();
        let entry = file.entry("listen", "http").unwrap();
        assert_eq!((entry.place.as_str(), entry.shape), ("a.toml:3:3", Some(Shape::Text)));
        assert_eq!(file.entry("listen", "limit").unwrap().raw, Raw::One("5".to_owned()));
    }

    #[test]
    fn a_section_may_have_further_ones_of_its_kind() {
        let file = File::parse("a.toml", "[smpp.second]\nhost = \"b\"\n[smtp]\nhost = \"c\"\n[smtp.third]\nport = 5\n")
            .unwrap();
        let names: Vec<&str> = file.sections().map(|(name, _)| name).collect();
        assert_eq!(names, ["smpp.second", "smtp", "smtp.third"]);
        assert_eq!(file.entry("smtp.third", "port").unwrap().place, "a.toml:6:1");
    }

    #[test]
    fn every_mistake_of_syntax_is_named() {
        let error = File::parse("a.toml", "issuer = 1\n[x]\na = = 3\nb = 'open\n").unwrap_err().to_string();
        assert!(error.contains("a.toml:3:"), "{error}");
        assert!(error.contains("a.toml:4:"), "{error}");
        assert!(error.contains("a.toml:1:1: `issuer` stands outside a section"), "{error}");
    }
}
