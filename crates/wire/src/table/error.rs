//! What can be wrong with a table.

/// Something wrong with a table, and where.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct TableError {
    /// The line on which the row begins; the first line of a file is 1.
    pub line: u64,
    /// What is wrong.
    pub fault: TableFault,
}

/// What is wrong with a table.
#[derive(Debug, thiserror::Error)]
pub enum TableFault {
    /// A field is not UTF-8.
    #[error("column {column} is not UTF-8 text; save the file as \"CSV UTF-8\"")]
    NotUtf8 {
        /// The column; the first is 1.
        column: usize,
    },
    /// The file is UTF-16, as spreadsheets save "Unicode text".
    #[error("the file is UTF-16; save it as \"CSV UTF-8\"")]
    Utf16,
    /// A quoted field never ends.
    #[error("a quotation mark is opened here and never closed")]
    Unclosed,
    /// There is text between a closing quotation mark and the next comma.
    #[error("column {column} has text after its closing quotation mark; write two marks for one")]
    AfterQuote {
        /// The column; the first is 1.
        column: usize,
    },
    /// The row is longer than a row can sensibly be.
    #[error("the row is longer than 64 KiB; is a quotation mark missing?")]
    TooLong,
    /// The row has too many or too few columns.
    #[error("the row has {found} columns instead of {expected}")]
    Columns {
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// The header names a column that does not exist.
    #[error("unknown column `{name}`; the columns are {known}")]
    UnknownColumn {
        /// The name in the header.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The header names a column twice.
    #[error("column `{name}` appears twice")]
    ColumnTwice {
        /// The name in the header.
        name: String,
    },
    /// The header lacks a column that is needed.
    #[error("the first line must name the columns, and column `{name}` is missing")]
    MissingColumn {
        /// The column.
        name: &'static str,
    },
    /// The file could not be read.
    #[error("the file cannot be read")]
    Read(#[source] std::io::Error),
}

impl TableFault {
    /// Whether nothing after it can be read.
    pub const fn is_fatal(&self) -> bool {
        match self {
            Self::Utf16
            | Self::Unclosed
            | Self::TooLong
            | Self::UnknownColumn { .. }
            | Self::ColumnTwice { .. }
            | Self::MissingColumn { .. }
            | Self::Read(_) => true,
            Self::NotUtf8 { .. } | Self::AfterQuote { .. } | Self::Columns { .. } => false,
        }
    }
}
