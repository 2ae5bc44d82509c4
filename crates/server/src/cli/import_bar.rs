//! What an import shows while it works: a bar on a terminal, and a line for each row that was refused.

use std::fs::File;
use std::io::Read;

use indicatif::{ProgressBar, ProgressStyle};
use wardkey_usecases::directory::{ImportMode, ImportProgress, ImportReport};

use super::error::CliError;

/// After so many lines about refused rows, the rest is only counted.
const SHOWN: u64 = 200;

/// A bar that moves with the bytes of the file; it does not show when the output is not a terminal.
pub struct ImportBar {
    bar: ProgressBar,
    refused: u64,
}

impl ImportBar {
    /// A bar for `file`.
    pub fn new(file: &File) -> Self {
        let length = file.metadata().map_or(0, |about| about.len());
        let bar = ProgressBar::new(length);
        let style = ProgressStyle::with_template("{wide_bar} {percent}% {msg} [{elapsed}, {eta} left]");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar, refused: 0 }
    }

    /// The file, whose reading moves the bar.
    pub fn watch(&self, file: File) -> impl Read + use<> {
        self.bar.wrap_read(file)
    }

    /// Shows what the import tells.
    pub fn tell(&mut self, news: &ImportProgress<'_>) {
        match news {
            ImportProgress::Rows(rows) => self.bar.set_message(format!("{rows} rows")),
            ImportProgress::Refused { line, errors } => {
                self.refused += 1;
                if self.refused > SHOWN {
                    return;
                }
                self.bar.suspend(|| {
                    for error in *errors {
                        eprintln!("line {line}: {}: {}", error.field.as_str(), error.message);
                    }
                });
            }
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
        if self.refused > SHOWN {
            eprintln!("and {} more refused rows", self.refused - SHOWN);
        }
    }
}

/// Prints what became of the rows; refused ones are the verb's failure, after the others were taken.
pub fn conclude(report: &ImportReport, mode: ImportMode) -> Result<(), CliError> {
    let would = match mode {
        ImportMode::DryRun => "would be ",
        ImportMode::Write => "",
    };
    println!(
        "{} rows: {} {would}added, {} {would}changed, {} unchanged, {} refused",
        report.rows(),
        report.added,
        report.changed,
        report.unchanged,
        report.refused
    );
    if report.refused > 0 {
        return Err(CliError::refused(format!("{} rows were refused", report.refused)));
    }
    Ok(())
}
