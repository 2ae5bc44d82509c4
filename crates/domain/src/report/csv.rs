//! Tables as comma-separated values [RFC 4180], for spreadsheets.

/// Adds a row, with a line end as the standard has it.
pub fn write_row<'a>(table: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            table.push(',');
        }
        write_cell(table, cell);
    }
    table.push_str("\r\n");
}

/// Writes one cell.
///
/// SECURITY: a spreadsheet takes a cell that begins with one of these characters, perhaps after white space, for a formula, which may
/// send what stands beside it to anybody; an apostrophe in front makes it text.
fn write_cell(table: &mut String, cell: &str) {
    const MARKS: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    let is_formula = cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(MARKS);
    if !is_formula && !cell.contains([',', '"', '\r', '\n']) {
        table.push_str(cell);
        return;
    }
    table.push('"');
    if is_formula {
        table.push('\'');
    }
    table.push_str(&cell.replace('"', "\"\""));
    table.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cells: &[&str], expected: &str) {
        let mut table = String::new();
        write_row(&mut table, cells.iter().copied());
        assert_eq!(table, format!("{expected}\r\n"));
    }

    #[test]
    fn a_cell_is_text_whatever_it_says() {
        check(&["A81001", "Siân, \"the\" nurse", ""], r#"A81001,"Siân, ""the"" nurse","#);
        check(&["two\nlines"], "\"two\nlines\"");
    }

    #[test]
    fn no_cell_is_a_formula() {
        let formulas =
            ["=1+1", "+44 7700", "-1", "@SUM(A1)", " =1", "\t1", "\r=1", "\u{a0}=1", "\n@x", "\u{ff1d}1", "\u{ff20}x"];
        for cell in formulas {
            check(&[cell], &format!("\"'{cell}\""));
        }
        check(&["nurse@a.example", "1=1", "'=1"], "nurse@a.example,1=1,'=1");
    }
}
