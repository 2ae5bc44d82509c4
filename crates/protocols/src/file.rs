//! Files that people hand in, on a page or at the command line: read by their format, checked by the rules.

use std::io::Read;

use wardkey_domain::directory::{Field, RowError};
use wardkey_domain::factor::hardware_token::{TokenFields, TokenRow};
use wardkey_usecases::directory::{IncomingRow, TypedAddress};
use wardkey_wire::table::{Addresses, TokenRecord, Tokens};

/// The rows of a maker's file of hardware tokens [MET-8].
pub fn tokens<R: Read>(input: R) -> impl Iterator<Item = IncomingRow<TokenRow>> {
    Tokens::new(input).map(|record| match record {
        Ok(record) => checked(&record),
        Err(error) => IncomingRow { line: error.line, row: Err(vec![RowError::new(Field::Row, error.fault)]) },
    })
}

/// The first so many of a file that is at hand.
pub fn tokens_in(file: &str, most: usize) -> Vec<IncomingRow<TokenRow>> {
    tokens(file.as_bytes()).take(most).collect()
}

/// The first so many addresses of a list that is at hand, typed or in a file.
pub fn addresses_in(list: &str, most: usize) -> Vec<TypedAddress> {
    let line = |line: u64| u32::try_from(line).unwrap_or(u32::MAX);
    Addresses::new(list.as_bytes())
        .take(most)
        .map(|row| match row {
            Ok((at, text)) => TypedAddress { line: line(at), text: Ok(text) },
            Err(error) => TypedAddress { line: line(error.line), text: Err(sentence(&error.fault.to_string())) },
        })
        .collect()
}

fn sentence(fault: &str) -> String {
    let mut letters = fault.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

fn checked(record: &TokenRecord) -> IncomingRow<TokenRow> {
    let fields = TokenFields {
        upn: &record.upn,
        serial: &record.serial,
        secret_key: record.secret_key.expose(),
        interval: &record.interval,
        manufacturer: &record.manufacturer,
        model: &record.model,
        hash: &record.hash,
    };
    IncomingRow { line: record.line, row: TokenRow::check(&fields) }
}
