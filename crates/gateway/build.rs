//! Has the fixed prompts of voice calls spoken by `espeak-ng`, and keeps them as the telephone carries them.
//!
//! Writes `<name>.pcm` to `OUT_DIR` for each prompt: 8,000 samples a second, sixteen bits, little-endian. The words stand in
//! `src/voice/prompts/words.rs`.

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

#[path = "src/voice/prompts/resample.rs"]
mod resample;
#[path = "src/voice/prompts/wav.rs"]
#[expect(dead_code, reason = "the product reads more kinds of file than the synthesiser writes")]
mod wav;
#[macro_use]
#[path = "src/voice/prompts/words.rs"]
mod words;

/// Lists the prompts: the name and the words of each.
macro_rules! list {
    ($($id:ident = $name:literal: $words:literal),+ $(,)?) => {
        const ENGLISH: &[(&str, &str)] = &[$(($name, $words)),+];
    };
}
for_each_prompt!(list);

/// The same voice and pace as at run time, so that a call sounds like one person.
const ARGUMENTS: [&str; 8] = ["-v", "en-gb", "-s", "150", "-b", "1", "--stdin", "--stdout"];

fn main() -> Result<(), Box<dyn Error>> {
    for watched in ["words.rs", "wav.rs", "resample.rs"] {
        println!("cargo::rerun-if-changed=src/voice/prompts/{watched}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    #[expect(clippy::disallowed_methods, reason = "Cargo tells a build script its folder in the environment")]
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    for (name, text) in ENGLISH {
        let Some(spoken) = speak(text)? else {
            println!(
                "cargo::error=espeak-ng, which speaks the prompts of voice calls, is not installed: on Debian run \
                 `apt-get install espeak-ng`, or `scripts/install-assets` in the project's folder"
            );
            return Ok(());
        };
        let wave = wav::Wave::parse(&spoken, wav::Lengths::Open)?;
        let samples = resample::polish(&resample::resample(&wave.mono(|_, _| 0), wave.rate));
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        std::fs::write(out.join(name).with_extension("pcm"), bytes)?;
    }
    Ok(())
}

/// Runs the synthesiser; nothing when it is not there.
fn speak(text: &str) -> Result<Option<Vec<u8>>, Box<dyn Error>> {
    let child = Command::new("espeak-ng")
        .args(ARGUMENTS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    child.stdin.take().ok_or("no standard input")?.write_all(text.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("espeak-ng failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(Some(output.stdout))
}
