//! Reads settings one by one, notes what each is for, and collects every mistake.
//!
//! A section's module asks for each of its settings once, with the words that document it and its default. The same
//! call reads the value and writes the reference, so neither can lie about the other.

use std::fmt::Display;
use std::ops::RangeInclusive;

use wardkey_domain::secret::Secret;

use super::environment::{self, Environment};
use super::file::File;
use super::nearest::nearest;
use super::problem::{ConfigError, Problem};
use super::value::{Raw, Value};

/// A section as the reference shows it.
#[derive(Debug)]
pub struct SectionDoc {
    /// The name between brackets.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Its settings in reading order.
    pub settings: Vec<SettingDoc>,
}

/// A setting as the reference shows it.
#[derive(Debug)]
pub struct SettingDoc {
    /// The key.
    pub key: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Its default as TOML, or an example if it has none.
    pub default: DefaultDoc,
    /// Which values are allowed beyond the kind.
    pub bounds: Option<String>,
    /// Whether it may stand in the file.
    pub in_file: bool,
}

/// What holds when a setting is not set.
#[derive(Debug)]
pub enum DefaultDoc {
    /// This value, as TOML.
    Value(String),
    /// Nothing; an example shows the form.
    Unset(&'static str),
    /// It must be set; an example shows the form.
    Required(&'static str),
}

/// Reads from a file and the environment.
pub struct Reader {
    file: File,
    environment: Environment,
    docs: Vec<SectionDoc>,
    /// Sections of a kind of which there may be several, as the file names them.
    several: Vec<String>,
    problems: Vec<Problem>,
}

impl Reader {
    /// Reads from `file`, overridden by `environment`.
    pub fn new(file: File, environment: Environment) -> Self {
        Self { file, environment, docs: Vec::new(), several: Vec::new(), problems: Vec::new() }
    }

    /// Begins a section.
    pub fn section(&mut self, name: &'static str, about: &'static str) -> Section<'_> {
        let doc = SectionDoc { name, about, settings: Vec::new() };
        Section { doc, named: name.to_owned(), is_noted: true, reader: self }
    }

    /// Reads every section of a kind: `[name]` and `[name.…]`, by `read`, which also documents them once.
    pub fn sections_of<T>(
        &mut self,
        name: &'static str,
        about: &'static str,
        mut read: impl FnMut(&mut Section<'_>, &str) -> T,
    ) -> Vec<T> {
        let further = format!("{name}.");
        let is_ours = |known: &str| known == name || known.starts_with(&further);
        let names: Vec<String> =
            self.file.sections().map(|(known, _)| known).filter(|known| is_ours(known)).map(str::to_owned).collect();
        // Asked once for the words alone: there is nothing to read, so nothing may be missing.
        let problems = self.problems.len();
        let mut section = self.section(name, about);
        section.named = String::new();
        let _ = read(&mut section, name);
        drop(section);
        self.problems.truncate(problems);
        self.several.extend(names.iter().cloned());
        let mut all = Vec::with_capacity(names.len());
        for named in names {
            let doc = SectionDoc { name, about, settings: Vec::new() };
            let mut section = Section { doc, named: named.clone(), is_noted: false, reader: self };
            all.push(read(&mut section, &named));
        }
        all
    }

    /// Notes that a setting is wrong in a way that only several settings together show.
    pub fn complain(&mut self, section: &str, key: &str, message: impl Into<String>) {
        let place = self.place(section, key);
        self.problems.push(Problem { place, message: message.into() });
    }

    /// Ends the reading: refuses what nobody asked for.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn finish(mut self) -> Result<Vec<SectionDoc>, ConfigError> {
        self.refuse_unknown_keys();
        self.refuse_unknown_variables();
        if self.problems.is_empty() { Ok(self.docs) } else { Err(ConfigError::new(self.problems)) }
    }

    /// What was asked for, whatever was wrong.
    pub fn into_docs(self) -> Vec<SectionDoc> {
        self.docs
    }

    fn refuse_unknown_keys(&mut self) {
        for (name, section) in self.file.sections() {
            let is_several = self.several.iter().any(|several| several == name);
            let kind = if is_several { name.split('.').next().unwrap_or(name) } else { name };
            let Some(known) = self.docs.iter().find(|doc| doc.name == kind) else {
                let hint = meant(name, self.docs.iter().map(|doc| doc.name));
                let message = format!("there is no section `{name}`{hint}");
                self.problems.push(Problem { place: section.place.clone(), message });
                continue;
            };
            for (key, entry) in &section.entries {
                if known.settings.iter().any(|setting| setting.in_file && setting.key == key) {
                    continue;
                }
                let message = match known.settings.iter().find(|setting| setting.key == key) {
                    Some(_) => format!(
                        "`{key}` is a secret and must not stand in the file; set {} instead",
                        environment::name_of(name, key)
                    ),
                    None => {
                        let hint = meant(key, known.settings.iter().map(|setting| setting.key));
                        format!("there is no setting `{key}` in section `{name}`{hint}")
                    }
                };
                self.problems.push(Problem { place: entry.place.clone(), message });
            }
        }
    }

    fn refuse_unknown_variables(&mut self) {
        let mut known: Vec<String> = self
            .docs
            .iter()
            .flat_map(|doc| doc.settings.iter().map(|setting| environment::name_of(doc.name, setting.key)))
            .collect();
        for several in &self.several {
            let doc = self.docs.iter().find(|doc| several.split('.').next() == Some(doc.name));
            let settings = doc.into_iter().flat_map(|doc| &doc.settings);
            known.extend(settings.map(|setting| environment::name_of(several, setting.key)));
        }
        for name in self.environment.keys() {
            if name != environment::FILE && !known.contains(name) {
                let hint = meant(name, known.iter().map(String::as_str));
                let message = format!("no setting has this environment variable{hint}");
                self.problems.push(Problem { place: name.clone(), message });
            }
        }
    }

    /// Where the value that counts stands.
    fn place(&self, section: &str, key: &str) -> String {
        let variable = environment::name_of(section, key);
        if self.environment.contains_key(&variable) {
            return variable;
        }
        self.file.entry(section, key).map_or_else(|| format!("{section}.{key}"), |entry| entry.place.clone())
    }

    /// The value that counts, if it is set and can be understood.
    fn read<T: Value>(&mut self, section: &str, key: &str) -> Option<T> {
        let variable = self.environment.get(&environment::name_of(section, key));
        let read = match (variable, self.file.entry(section, key)) {
            (Some(text), _) => T::read(&Raw::One(text.clone())),
            (None, Some(entry)) if entry.shape != Some(T::SHAPE) => Err(None),
            (None, Some(entry)) => T::read(&entry.raw),
            (None, None) => return None,
        };
        match read {
            Ok(value) => Some(value),
            Err(why) => {
                let message = why.unwrap_or_else(|| format!("expected {}", T::EXPECTED));
                self.complain(section, key, message);
                None
            }
        }
    }
}

/// "; did you mean `x`?" if something known is near.
fn meant<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(typed, known).map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// One section while it is read.
pub struct Section<'a> {
    reader: &'a mut Reader,
    doc: SectionDoc,
    /// Its name in the file; empty when only its words are asked for.
    named: String,
    /// Whether its words go into the reference.
    is_noted: bool,
}

impl Section<'_> {
    /// A setting with a default.
    pub fn value<T: Value>(&mut self, key: &'static str, about: &'static str, default: T) -> T {
        self.note(key, about, DefaultDoc::Value(default.show()), None);
        self.reader.read(&self.named, key).unwrap_or(default)
    }

    /// A setting with a default and bounds.
    pub fn bounded<T: Value + PartialOrd>(
        &mut self,
        key: &'static str,
        about: &'static str,
        default: T,
        bounds: RangeInclusive<T>,
    ) -> T {
        let range = format!("{} to {}", bare(&bounds.start().show()), bare(&bounds.end().show()));
        self.note(key, about, DefaultDoc::Value(default.show()), Some(range.clone()));
        match self.reader.read(&self.named, key) {
            Some(value) if bounds.contains(&value) => value,
            Some(_) => {
                self.reader.complain(&self.named, key, format!("it must be from {range}"));
                default
            }
            None => default,
        }
    }

    /// A setting that may stay unset.
    pub fn optional<T: Value>(&mut self, key: &'static str, about: &'static str, example: &'static str) -> Option<T> {
        self.note(key, about, DefaultDoc::Unset(example), None);
        self.reader.read(&self.named, key)
    }

    /// A setting that must be set. Without it, `example` stands in until all mistakes are collected.
    pub fn required<T: Value>(&mut self, key: &'static str, about: &'static str, example: &'static str) -> Option<T> {
        self.note(key, about, DefaultDoc::Required(example), None);
        let before = self.reader.problems.len();
        let value = self.reader.read(&self.named, key);
        if value.is_none() && self.reader.problems.len() == before {
            let variable = environment::name_of(&self.named, key);
            let message = format!("it must be set, in the file or as {variable}, for example to {example}");
            self.reader.complain(&self.named, key, message);
        }
        value
    }

    /// A secret that only the environment may hold.
    pub fn secret(&mut self, key: &'static str, about: &'static str) -> Option<Secret<String>> {
        let doc = SettingDoc { key, about, default: DefaultDoc::Unset("\"…\""), bounds: None, in_file: false };
        self.doc.settings.push(doc);
        let variable = environment::name_of(&self.named, key);
        self.reader.environment.get(&variable).map(|text| Secret::new(text.clone()))
    }

    /// One of a closed list of words.
    pub fn choice<T: Clone + Display>(
        &mut self,
        key: &'static str,
        about: &'static str,
        default: T,
        choices: &[T],
    ) -> T {
        let words: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
        let list = words.join(", ");
        self.note(key, about, DefaultDoc::Value(default.to_string().show()), Some(list.clone()));
        let Some(word) = self.reader.read::<String>(&self.named, key) else { return default };
        choices.iter().find(|choice| choice.to_string() == word).cloned().unwrap_or_else(|| {
            self.reader.complain(&self.named, key, format!("it must be one of {list}"));
            default
        })
    }

    /// Notes that a setting of this section is wrong.
    pub fn complain(&mut self, key: &'static str, message: impl Into<String>) {
        self.reader.complain(&self.named, key, message);
    }

    fn note(&mut self, key: &'static str, about: &'static str, default: DefaultDoc, bounds: Option<String>) {
        self.doc.settings.push(SettingDoc { key, about, default, bounds, in_file: true });
    }
}

impl Drop for Section<'_> {
    fn drop(&mut self) {
        let name = self.doc.name;
        let doc = std::mem::replace(&mut self.doc, SectionDoc { name, about: "", settings: Vec::new() });
        if self.is_noted {
            self.reader.docs.push(doc);
        }
    }
}

fn bare(toml: &str) -> &str {
    toml.trim_matches('"')
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn read(file: &str, environment: &[(&str, &str)]) -> (u32, Duration, Result<Vec<SectionDoc>, ConfigError>) {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut reader = Reader::new(File::parse("a.toml", file).unwrap(), environment);
        let mut section = reader.section("listen", "Where the server listens.");
        let limit = section.bounded("limit", "How many.", 10, 1..=100);
        let time_out = section.value("time_out", "How long.", Duration::from_secs(5));
        let _secret = section.secret("token", "Hush.");
        drop(section);
        (limit, time_out, reader.finish())
    }

    fn check_refused(file: &str, environment: &[(&str, &str)], expected: &[&str]) {
        let error = read(file, environment).2.unwrap_err().to_string();
        let lines: Vec<&str> = error.lines().skip(1).map(str::trim).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_environment_overrides_the_file_and_the_file_the_default() {
        assert_eq!(read("", &[]).0, 10);
        assert_eq!(read("[listen]\nlimit = 20\n", &[]).0, 20);
        let (limit, time_out, _) = read("[listen]\nlimit = 20\n", &[("WARDKEY_LISTEN_LIMIT", "30")]);
        assert_eq!((limit, time_out), (30, Duration::from_secs(5)));
    }

    #[test]
    fn of_some_sections_there_may_be_several() {
        let text = "[smpp]\nhost = \"a\"\n[smpp.second]\nhost = \"b\"\nhots = \"c\"\n[smpp.third]\n";
        let environment = [("WARDKEY_SMPP_SECOND_PASSWORD".to_owned(), "pw".to_owned())].into_iter().collect();
        let mut reader = Reader::new(File::parse("a.toml", text).unwrap(), environment);
        let read = reader.sections_of("smpp", "A centre.", |section, name| {
            let host: Option<String> = section.required("host", "Its host.", "\"smpp.example\"");
            (name.to_owned(), host, section.secret("password", "Hush.").is_some())
        });
        let expected = [("smpp", Some("a"), false), ("smpp.second", Some("b"), true), ("smpp.third", None, false)];
        let read: Vec<_> = read.iter().map(|(name, host, secret)| (name.as_str(), host.as_deref(), *secret)).collect();
        assert_eq!(read, expected);
        let complaint = reader.finish().unwrap_err().to_string();
        assert!(
            complaint.contains("there is no setting `hots` in section `smpp.second`; did you mean `host`?"),
            "{complaint}"
        );
        assert!(complaint.contains("WARDKEY_SMPP_THIRD_HOST"), "{complaint}");
        assert_eq!(complaint.lines().count(), 3, "{complaint}");
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest_known_one() {
        check_refused(
            "[listen]\nlimt = 20\n\n[lisen]\nlimit = 1\n",
            &[("WARDKEY_LISTEN_TIMEOUT", "5 s")],
            &[
                "a.toml:4:2: there is no section `lisen`; did you mean `listen`?",
                "a.toml:2:1: there is no setting `limt` in section `listen`; did you mean `limit`?",
                "WARDKEY_LISTEN_TIMEOUT: no setting has this environment variable; \
                 did you mean `WARDKEY_LISTEN_TIME_OUT`?",
            ],
        );
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        check_refused(
            "[listen]\nlimit = 0\ntime_out = 5\ntoken = \"x\"\n",
            &[],
            &[
                "a.toml:2:1: it must be from 1 to 100",
                "a.toml:3:1: expected a time such as `30 s`, `15 min`, `12 h` or `365 d`",
                "a.toml:4:1: `token` is a secret and must not stand in the file; set WARDKEY_LISTEN_TOKEN instead",
            ],
        );
        check_refused("", &[("WARDKEY_LISTEN_LIMIT", "many")], &["WARDKEY_LISTEN_LIMIT: expected a whole number"]);
    }
}
