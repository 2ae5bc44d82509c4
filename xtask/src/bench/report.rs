//! The table, and `target/bench/results.json`.

use std::path::Path;

use serde::Serialize;

/// One figure.
#[derive(Serialize)]
pub struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    ratio_to: Option<&'static str>,
    ratio: Option<f64>,
    #[serde(skip)]
    goal: Option<Goal>,
}

/// What a figure should reach.
#[derive(Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

/// Everything measured in one run.
#[derive(Default)]
pub struct Report(Vec<Figure>);

impl Report {
    /// Adds a figure that stands by itself.
    pub fn add(&mut self, name: &'static str, value: f64, unit: &'static str, goal: Option<Goal>) {
        self.push(Figure { name, value, unit, ratio_to: None, ratio: None, goal });
    }

    /// Adds a figure and its ratio to another.
    pub fn ratio(&mut self, name: &'static str, value: f64, unit: &'static str, to: (&'static str, f64), goal: Goal) {
        self.push(Figure { name, value, unit, ratio_to: Some(to.0), ratio: Some(value / to.1), goal: Some(goal) });
    }

    /// As [`Report::ratio`], where the ratio was measured by itself, in turns.
    pub fn beside(&mut self, name: &'static str, value: f64, unit: &'static str, to: (&'static str, f64), goal: Goal) {
        self.push(Figure { name, value, unit, ratio_to: Some(to.0), ratio: Some(to.1), goal: Some(goal) });
    }

    fn push(&mut self, figure: Figure) {
        println!("{}", figure.line());
        self.0.push(figure);
    }

    /// Prints the table, and writes it to `folder` when it is whole.
    pub fn write(&self, folder: &Path, whole: bool) -> std::io::Result<()> {
        println!("\n{:<34} {:>12} {:<12} {:>7}  {:<24} goal", "figure", "value", "unit", "ratio", "to");
        for figure in &self.0 {
            println!("{}", figure.line());
        }
        if !whole {
            return Ok(());
        }
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("results.json"), serde_json::to_string_pretty(&self.0)?)
    }
}

impl Figure {
    fn line(&self) -> String {
        let ratio = self.ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let judged = self.ratio.unwrap_or(self.value);
        let goal = match self.goal {
            None => String::new(),
            Some(Goal::AtLeast(least)) => format!("≥ {least} {}", if judged >= least { "reached" } else { "MISSED" }),
            Some(Goal::AtMost(most)) => format!("≤ {most} {}", if judged <= most { "reached" } else { "MISSED" }),
        };
        let to = self.ratio_to.unwrap_or("");
        format!("{:<34} {:>12.1} {:<12} {ratio:>7}  {to:<24} {goal}", self.name, self.value, self.unit)
    }
}
