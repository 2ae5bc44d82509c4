//! The register of sealed columns: what a rotation seals anew.

/// A column that holds sealed values, in a table whose rows are named by a UUID.
#[derive(Clone, Copy, Debug)]
pub struct SealedColumn {
    /// The table, as in [`super::SealedAt`].
    pub table: &'static str,
    /// The column, as in [`super::SealedAt`].
    pub column: &'static str,
    /// Lists a batch after `$1` whose values do not begin with `$2`.
    pub(crate) list: &'static str,
    /// Replaces the value `$3` of row `$1` by `$2`, if it is still that value.
    pub(crate) save: &'static str,
}

macro_rules! sealed {
    ($table:literal, $id:literal, $column:literal) => {
        SealedColumn {
            table: $table,
            column: $column,
            list: concat!(
                "SELECT ",
                $id,
                " AS id, ",
                $column,
                " AS sealed FROM ",
                $table,
                " WHERE ",
                $id,
                " > $1 AND ",
                $column,
                " IS NOT NULL AND substr(",
                $column,
                ", 1, 5) <> $2 ORDER BY ",
                $id,
                " LIMIT 100"
            ),
            save: concat!("UPDATE ", $table, " SET ", $column, " = $2 WHERE ", $id, " = $1 AND ", $column, " = $3"),
        }
    };
}
#[cfg(test)]
pub(crate) use sealed;

/// Every sealed column of the product. INVARIANT: whoever seals a column lists it here, or its values would in the end
/// hang on a data key that is long retired.
pub const SEALED_COLUMNS: &[SealedColumn] = &[
    // sealed!("table", "id column", "sealed column"),
    sealed!("audit_keys", "id", "sealed_seed"),
    sealed!("bindings", "credential_id", "sealed_code"),
    sealed!("bindings", "credential_id", "sealed_secret"),
    sealed!("bindings", "credential_id", "sealed_subscription"),
    sealed!("credentials", "id", "sealed_secret"),
    sealed!("flows", "id", "sealed"),
    sealed!("hardware_tokens", "id", "sealed_seed"),
    sealed!("messages", "id", "sealed_payload"),
    sealed!("passes", "id", "sealed_code"),
    sealed!("push_requests", "id", "sealed_details"),
    sealed!("push_subscriptions", "credential_id", "sealed_subscription"),
    sealed!("recovery_codes", "id", "sealed_hash"),
    sealed!("signing_keys", "id", "sealed_key"),
    sealed!("vapid_keys", "id", "sealed_key"),
];
