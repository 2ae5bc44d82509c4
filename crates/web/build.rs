//! Gathers the pages' assets and component macros from where `scripts/install-assets` put them.
//!
//! Writes to `OUT_DIR`: `assets/` (our own and the design system's style, script and icons), `nhsuk/` (the component
//! macros), and tells the compiler a fingerprint of the assets, which becomes part of their address.

use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// From the npm package: path inside it, name here.
const FROM_NPM: [(&str, &str); 6] = [
    ("nhsuk-frontend.min.js", "nhsuk.js"),
    ("assets/images/nhsuk-icon-arrow-down.svg", "images/nhsuk-icon-arrow-down.svg"),
    ("assets/images/nhsuk-icon-arrow-up.svg", "images/nhsuk-icon-arrow-up.svg"),
    ("assets/images/nhsuk-icon-arrow-up-down.svg", "images/nhsuk-icon-arrow-up-down.svg"),
    ("assets/images/nhsuk-icon-cross.svg", "images/nhsuk-icon-cross.svg"),
    ("assets/images/nhsuk-icon-tick.svg", "images/nhsuk-icon-tick.svg"),
];

const NPM_DIST: &str = "node_modules/nhsuk-frontend/dist/nhsuk";
/// What `authenticator/build.mjs` makes.
const APP: &str = "../../authenticator/dist";
const MACROS: &str = "python_modules/nhsuk_frontend_jinja/templates/nhsuk";

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    #[expect(clippy::disallowed_methods, reason = "Cargo tells a build script its folder in the environment")]
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);

    for watched in ["assets", "package-lock.json", "requirements.txt", NPM_DIST, MACROS, APP] {
        println!("cargo::rerun-if-changed={watched}");
    }
    // In development templates are read from disk: a changed word compiles nothing.
    #[expect(clippy::disallowed_methods, reason = "Cargo tells a build script the profile in the environment")]
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=templates");
    }

    let (dist, macros) = (here.join(NPM_DIST), here.join(MACROS));
    if !dist.is_dir() || !macros.is_dir() {
        println!("cargo::error=the design system for the pages is not installed");
        println!(
            "cargo::error=run `scripts/install-assets` in the project's folder (or `make setup`), then build again"
        );
        return Ok(());
    }

    let assets = out.join("assets");
    for stale in [&assets, &out.join("nhsuk")] {
        if stale.exists() {
            fs::remove_dir_all(stale)?;
        }
    }
    copy_tree(&macros, &out.join("nhsuk"))?;
    copy_tree(&here.join("assets"), &assets)?;
    let app = here.join(APP);
    if !app.is_dir() {
        println!("cargo::error=the authenticator app is not built");
        println!(
            "cargo::error=run `scripts/install-assets` in the project's folder (or `make setup`), then build again"
        );
        return Ok(());
    }
    copy_tree(&app, &assets.join("authenticator"))?;
    fs::create_dir_all(assets.join("images"))?;
    for (from, to) in FROM_NPM {
        fs::copy(dist.join(from), assets.join(to))?;
    }
    fs::write(assets.join("nhsuk.css"), our_style(&fs::read_to_string(dist.join("nhsuk-frontend.min.css"))?))?;
    drop_source_map(&assets.join("nhsuk.js"))?;

    println!("cargo::rustc-env=WARDKEY_ASSETS={:016x}", fingerprint(&assets)?);
    compress(&assets)
}

/// Puts a gzip copy beside each style and script: the style alone is 270 KB, a tenth of that when compressed.
fn compress(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    for file in files {
        if file.extension().is_some_and(|extension| extension == "css" || extension == "js") {
            let mut compressed = GzEncoder::new(Vec::new(), Compression::best());
            compressed.write_all(&fs::read(&file)?)?;
            let mut name = file.into_os_string();
            name.push(".gz");
            fs::write(name, compressed.finish()?)?;
        }
    }
    Ok(())
}

/// The design system's style without what belongs to the NHS alone: its typeface, fetched from its own server.
fn our_style(css: &str) -> String {
    let mut rest = css;
    let mut kept = String::with_capacity(css.len());
    while let Some((before, after)) = rest.split_once("@font-face{") {
        kept.push_str(before);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept.replace("Frutiger W01,", "").replace("url(/assets/images/", "url(images/").replace(SOURCE_MAP_CSS, "")
}

const SOURCE_MAP_CSS: &str = "/*# sourceMappingURL=nhsuk-frontend.min.css.map */";

/// Browsers would ask for a map that is not served.
fn drop_source_map(script: &Path) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(script)?;
    let code = text.rsplit_once("//# sourceMappingURL=").map_or(text.as_str(), |(code, _)| code);
    Ok(fs::write(script, code)?)
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A number that changes when any asset does. It only names a version for caches; it protects nothing.
fn fingerprint(folder: &Path) -> Result<u64, Box<dyn Error>> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(folder)?.to_string_lossy().hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
