//! What must be true of every page.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Misses, Sample, app, portal, signin};
use crate::asset;
use crate::draw::{Surroundings, context};
use crate::prepared::Prepared;
use crate::view::HelpView;
use crate::{admin, template};

fn samples() -> Vec<Sample> {
    let mut samples = signin::samples();
    samples.extend(app::samples());
    samples.extend(portal::samples());
    samples.extend(admin::samples());
    samples
}

fn rendered(sample: &Sample) -> String {
    let context = context(&sample.page, around(sample));
    template::render(sample.page.template, context).unwrap_or_else(|error| panic!("{}: {error:#}", sample.name))
}

fn around(sample: &Sample) -> Surroundings<'static> {
    let help = HelpView::from(&wardkey_domain::directory::HelpContact {
        name: "Riverside IT help desk".to_owned(),
        telephone: Some("01632 960 001".to_owned()),
        address: Some("help@riverside.example".to_owned()),
        hours: Some("8am to 6pm, Monday to Friday".to_owned()),
    });
    Surroundings { assets: asset::BASE, help, demo: true, notice: sample.notice }
}

#[test]
fn every_page_has_a_sample() {
    let sampled: BTreeSet<&str> = samples().iter().map(|sample| sample.page.template).collect();
    let parts = ["layout/", "component/"];
    let all = template::names();
    let missing: Vec<_> = all
        .iter()
        .filter(|name| !parts.iter().any(|part| name.starts_with(part)))
        // The app's shell is no page of ours: it has a frame of its own, and needs its script.
        .filter(|name| !["error/base.html", "demo/people.html", "authenticator/shell.html"].contains(&name.as_str()))
        .filter(|name| !name.starts_with("admin/part/") && !sampled.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_page_renders_strictly_and_twice_alike() {
    let mut all = BTreeSet::new();
    for sample in samples() {
        let misses = Misses::default();
        let plain = context(&sample.page, around(&sample));
        let watched = misses.watch(plain, "");
        let strict = template::render(sample.page.template, watched)
            .unwrap_or_else(|error| panic!("{}: {error:#}", sample.name));
        all.extend(misses.take().into_iter().map(|miss| format!("{}: {miss}", sample.name)));
        assert_eq!(strict, rendered(&sample), "{}", sample.name);
        assert_eq!(rendered(&sample), rendered(&sample), "{}", sample.name);
    }
    assert!(all.is_empty(), "templates ask for what is not there: {all:#?}");
}

#[test]
fn every_page_keeps_the_rules_of_all_pages() {
    for sample in samples() {
        let (html, name) = (rendered(&sample), sample.name);
        let count = |text: &str| html.matches(text).count();
        assert_eq!(count("<h1"), 1, "{name}: one main heading");
        assert_eq!(count("<main"), 1, "{name}");
        let title = html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert!(title.trim().len() > " – Wardkey".len(), "{name}: a title");
        assert_eq!(title.starts_with("Error: "), html.contains("nhsuk-error-summary\""), "{name}: {title}");
        assert_eq!(count("There is a problem"), usize::from(!sample.page.errors.is_empty()), "{name}");
        for forbidden in [" style=", "<style", "javascript:", " onclick=", "{{", "{%", "undefined"] {
            assert!(!html.contains(forbidden), "{name} contains {forbidden}");
        }
        assert_eq!(count("<script"), count("<script type=\"module\" src="), "{name}: no inline script");
        assert_eq!(count("method=\"post\"") - count(" data-elsewhere"), count("name=\"form_token\""), "{name}");
        assert!(html.contains("01632 960 001"), "{name}: help is always there");
        for error in sample.page.errors.iter().filter(|error| !error.field.is_empty()) {
            assert!(
                html.contains(&format!("id=\"{}-error\"", error.field)),
                "{name}: {} is said next to it",
                error.field
            );
        }
        check_identifiers(name, &html);
    }
}

#[test]
fn pages_that_are_rendered_once_for_everybody_come_out_the_same() {
    for sample in samples().into_iter().filter(|sample| PREPARED.contains(&sample.page.template)) {
        let plain = serde_json::to_value(context(&sample.page, around(&sample))).unwrap();
        let mut varying = vec![plain["page"]["csrf"].as_str().unwrap().to_owned()];
        texts(&plain["view"], &mut varying);
        let filled = Prepared::default().html(sample.page.template, plain, &varying).unwrap();
        assert_eq!(filled, rendered(&sample), "{}", sample.name);
    }
}

/// The templates of pages that vary in texts only, and only print those.
const PREPARED: [&str; 2] = ["signin/password.html", "signin/code.html"];

fn texts(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => found.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        serde_json::Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

/// Identifiers are unique, and labels and error links point at them.
fn check_identifiers(name: &str, html: &str) {
    let values = |attribute: &str| -> Vec<&str> {
        html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    };
    let identifiers = values(" id=\"");
    let unique: BTreeSet<&str> = identifiers.iter().copied().collect();
    assert_eq!(identifiers.len(), unique.len(), "{name}: {identifiers:?}");
    for target in values(" for=\"").into_iter().chain(values("href=\"#")).chain(values("aria-labelledby=\"")) {
        assert!(unique.contains(target), "{name}: nothing is called {target}");
    }
    for describing in values("aria-describedby=\"").iter().flat_map(|all| all.split_whitespace()) {
        assert!(unique.contains(describing), "{name}: nothing is called {describing}");
    }
}

#[test]
fn samples_are_kept_to_be_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/web-samples");
    for sample in samples() {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{}.html", sample.name)), rendered(&sample)).unwrap();
    }
    asset::write_to(&folder);
}
