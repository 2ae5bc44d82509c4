//! The component macros, rendered here, must come out as the design system's own fixtures say.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::environment::environment;

/// Fixtures that come out differently, and why that does not matter to us.
const KNOWN: &str = include_str!("known-differences.txt");

#[test]
fn components_come_out_as_the_design_systems_fixtures_say() {
    let known: BTreeSet<&str> = KNOWN.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/nhsuk-frontend/dist/nhsuk/components");
    let mut files = Vec::new();
    fixtures(&root, &mut files);
    files.sort();
    assert!(files.len() > 40, "the fixtures are part of the npm package");
    let environment = environment();
    let (mut same, mut different, mut details) = (0, BTreeSet::new(), Vec::new());
    for file in files {
        let folder = file.parent().unwrap().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let fixtures: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        for fixture in fixtures["fixtures"].as_array().unwrap() {
            if fixture.get("callBlock").is_some() {
                continue;
            }
            let name = format!("{folder}: {}", fixture["name"].as_str().unwrap());
            let (got, want) =
                (rendered(&environment, &folder, &fixture["context"]), folded(fixture["html"].as_str().unwrap()));
            if got == want {
                same += 1;
            } else {
                if !known.contains(name.as_str()) {
                    details.push(format!("{name}\n  got  {got}\n  want {want}"));
                }
                different.insert(name);
            }
        }
    }
    let expected: BTreeSet<String> = known.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(different, expected, "{same} came out the same\n{}", details.join("\n"));
    assert!(same > 900, "{same}");
}

fn fixtures(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            fixtures(&path, found);
        } else if path.file_name().is_some_and(|name| name == "fixtures.json") {
            found.push(path);
        }
    }
}

fn rendered(environment: &Environment<'_>, folder: &str, params: &serde_json::Value) -> String {
    let source = format!(
        "{{% from \"nhsuk/components/{folder}/macro.jinja\" import {name} %}}{{{{ {name}(params) }}}}",
        name = macro_name(folder)
    );
    match environment.render_named_str("fixture.html", &source, context! { params => Value::from(Serde(params)) }) {
        Ok(html) => folded(&html),
        Err(error) => error.to_string(),
    }
}

/// `summary-list/row` is `summaryListRow`; three are not called after their folder.
fn macro_name(folder: &str) -> String {
    if let Some((_, name)) =
        [("do-dont-list", "list"), ("images", "image"), ("tables", "table")].iter().find(|(known, _)| *known == folder)
    {
        return (*name).to_owned();
    }
    let mut name = String::new();
    for (index, word) in folder.split(['-', '/']).enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if index > 0 => name.extend(first.to_uppercase()),
            Some(first) => name.push(first),
            None => {}
        }
        name.push_str(letters.as_str());
    }
    name
}

/// Without the differences that no browser sees: white space, and how a character is escaped.
fn folded(html: &str) -> String {
    let escaped = html.replace("&#34;", "&quot;").replace("&#x27;", "&#39;").replace("&#x2f;", "/");
    let words = escaped.split_whitespace().collect::<Vec<_>>().join(" ");
    words.replace("> ", ">").replace(" <", "<").replace(" >", ">")
}
