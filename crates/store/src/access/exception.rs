//! The queries on `user_exceptions`, one account or one exception at a time.

use wardkey_domain::access::exception::{
    End, ExceptionKind, Given, Ground, Settled, ShortReason, Standing, UserException,
};
use wardkey_domain::audit::Reason;
use wardkey_domain::id::{AccountId, ExceptionRequestId, UserExceptionId};
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

/// The columns of an exception, for statements on `user_exceptions e`.
macro_rules! exception_columns {
    () => {
        "e.id, e.organisation_id, e.account_id, e.kind, e.why, e.note, e.request_id, e.asked_by, e.asked_at, e.standing, \
         e.given_by, e.starts_at, e.ends_at, e.settled_by, e.settled_at, e.settled_why"
    };
}
pub(super) use exception_columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", exception_columns!(), " FROM user_exceptions e ", $rest)
    };
}

/// Until when the prompts of an account are suspended, if they are. Whether that counts for the account, which may be privileged,
/// held or without a factor by now, is decided with everything else that is known of it.
pub async fn excepted_until(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT ends_at FROM user_exceptions \
               WHERE account_id = $1 AND standing = 'active' AND starts_at <= $2 AND ends_at > $2";
    tx.opt(sql, args![account, now]).await?.map(|row| row.get("ends_at")).transpose()
}

/// From when on nothing that was on a phone before counts any more, where an exception for a lost phone is over and what was on
/// it has not been removed yet [EXC-21].
pub async fn phones_void_from(
    tx: &mut Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT ends_at FROM user_exceptions \
               WHERE account_id = $1 AND standing = 'active' AND ends_at <= $2 AND re_enrol = $3";
    tx.opt(sql, args![account, now, true]).await?.map(|row| row.get("ends_at")).transpose()
}

/// The exception with this identifier.
pub async fn find_exception(tx: &mut Tx, id: UserExceptionId) -> Result<Option<UserException>, StoreError> {
    tx.opt(select!("WHERE e.id = $1"), args![id]).await?.as_ref().map(from_row).transpose()
}

/// The exceptions of an account that stand or wait, and all that were asked for after `since`, newest first.
pub async fn list_account_exceptions(
    tx: &mut Tx,
    account: AccountId,
    since: Timestamp,
) -> Result<Vec<UserException>, StoreError> {
    let sql = select!(
        "WHERE e.account_id = $1 AND (e.standing IN ('requested', 'active') OR e.asked_at > $2) \
         ORDER BY e.asked_at DESC, e.id DESC"
    );
    tx.all(sql, args![account, since]).await?.iter().map(from_row).collect()
}

/// Saves a new exception, given or asked for.
///
/// # Errors
/// [`StoreError::Unique`] when the account has one that stands so already.
pub async fn insert_exception(tx: &mut Tx, exception: &UserException) -> Result<(), StoreError> {
    let UserException { id, account, organisation, ground, asked_by, asked_at, standing } = exception;
    let given = standing.given();
    tx.exec(
        "INSERT INTO user_exceptions (id, organisation_id, account_id, kind, why, note, request_id, asked_by, asked_at, \
         standing, given_by, starts_at, ends_at, settled_by, settled_at, settled_why, re_enrol, remind_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL, NULL, NULL, $14, $15)",
        args![
            *id,
            *organisation,
            *account,
            ground.kind().as_str(),
            ground.word(),
            ground.text().map(Reason::as_str),
            ground.request(),
            *asked_by,
            *asked_at,
            standing.as_str(),
            given.and_then(|given| given.by),
            given.map(|given| given.starts_at),
            given.map(|given| given.ends_at),
            ground.means_re_enrolment(),
            first_reminder(exception),
        ],
    )
    .await?;
    Ok(())
}

/// Saves how an exception stands now, if it still stands as it did `before`; says whether it did. Of two who settle it at once one
/// gets `true`. One that has ended owes nothing any more: whoever ends it removes first what was on a lost phone.
pub async fn save_exception(tx: &mut Tx, before: &Standing, exception: &UserException) -> Result<bool, StoreError> {
    let (given, settled) = (exception.standing.given(), exception.standing.settled());
    let owes = matches!(exception.standing, Standing::Active(_)) && exception.ground.means_re_enrolment();
    let saved = tx
        .exec(
            "UPDATE user_exceptions SET standing = $3, given_by = $4, starts_at = $5, ends_at = $6, settled_by = $7, \
             settled_at = $8, settled_why = $9, re_enrol = $10, remind_at = $11 WHERE id = $1 AND standing = $2",
            args![
                exception.id,
                before.as_str(),
                exception.standing.as_str(),
                given.and_then(|given| given.by),
                given.map(|given| given.starts_at),
                given.map(|given| given.ends_at),
                settled.and_then(|settled| settled.by),
                settled.map(|settled| settled.at),
                settled.map(|settled| settled.why.as_str()),
                owes,
                first_reminder(exception),
            ],
        )
        .await?;
    Ok(saved == 1)
}

fn first_reminder(exception: &UserException) -> Option<Timestamp> {
    exception.standing.given().and_then(|given| exception.next_reminder(given.starts_at))
}

/// Whether what is on a phone must be removed when this exception ends, and has not been.
pub async fn owes_re_enrolment(tx: &mut Tx, id: UserExceptionId) -> Result<bool, StoreError> {
    let sql = "SELECT re_enrol FROM user_exceptions WHERE id = $1";
    tx.opt(sql, args![id]).await?.map_or(Ok(false), |row| row.get("re_enrol"))
}

/// Notes that an account has enrolled again, or will: none of its exceptions removes anything when it ends.
pub async fn forget_re_enrolment(tx: &mut Tx, account: AccountId) -> Result<(), StoreError> {
    let sql = "UPDATE user_exceptions SET re_enrol = $2 WHERE account_id = $1 AND re_enrol = $3";
    tx.exec(sql, args![account, false, true]).await?;
    Ok(())
}

/// Exceptions whose time is over and whose end nobody has noted, the longest over first.
pub async fn list_due(tx: &mut Tx, now: Timestamp, limit: u32) -> Result<Vec<UserException>, StoreError> {
    let sql = select!("WHERE e.standing = 'active' AND e.ends_at <= $1 ORDER BY e.ends_at, e.id LIMIT $2");
    tx.all(sql, args![now, limit]).await?.iter().map(from_row).collect()
}

/// Exceptions that end soon and of which their owner is to be reminded now, with the moment for which that was set.
pub async fn list_ending_soon(
    tx: &mut Tx,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(UserException, Timestamp)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        exception_columns!(),
        ", e.remind_at FROM user_exceptions e WHERE e.remind_at <= $1 AND e.standing = 'active' AND e.ends_at > $1 \
         ORDER BY e.remind_at, e.id LIMIT $2"
    );
    tx.all(sql, args![now, limit]).await?.iter().map(|row| Ok((from_row(row)?, row.get("remind_at")?))).collect()
}

/// Notes that the owner of an exception was reminded of what was set for `was`, and when they are next; says whether this
/// transaction was the one to do it. Of two nodes one reminds.
pub async fn save_reminded(
    tx: &mut Tx,
    id: UserExceptionId,
    was: Timestamp,
    next: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE user_exceptions SET remind_at = $3 WHERE id = $1 AND remind_at = $2 AND standing = 'active'";
    Ok(tx.exec(sql, args![id, was, next]).await? == 1)
}

/// Forgets exceptions that ended, or were settled, before `then`; says how many. Who gave what to whom stays in the audit.
pub async fn delete_exceptions_over(tx: &mut Tx, then: Timestamp) -> Result<u64, StoreError> {
    let sql = "DELETE FROM user_exceptions WHERE standing NOT IN ('requested', 'active') \
               AND COALESCE(settled_at, ends_at) <= $1";
    tx.exec(sql, args![then]).await
}

pub(super) fn from_row(row: &Row) -> Result<UserException, StoreError> {
    Ok(UserException {
        id: row.get("id")?,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
        ground: ground(row)?,
        asked_by: row.get("asked_by")?,
        asked_at: row.get("asked_at")?,
        standing: standing(row)?,
    })
}

fn ground(row: &Row) -> Result<Ground, StoreError> {
    let note = row.get::<Option<String>>("note")?.map(|text| reason(&text, "note")).transpose()?;
    let (kind, why) = (row.get::<String>("kind")?, row.get::<String>("why")?);
    let kind = ExceptionKind::ALL.into_iter().find(|own| own.as_str() == kind);
    match kind.ok_or_else(|| unknown("kind"))? {
        ExceptionKind::Short => Ok(Ground::Short(ShortReason::parse(&why, note).map_err(|_| unknown("why"))?)),
        ExceptionKind::Long => Ok(Ground::Long {
            reason: why.parse().map_err(|_| unknown("why"))?,
            text: note.ok_or_else(|| unknown("note"))?,
            request: row.get::<Option<ExceptionRequestId>>("request_id")?.ok_or_else(|| unknown("request_id"))?,
        }),
    }
}

fn standing(row: &Row) -> Result<Standing, StoreError> {
    let given = || {
        Ok::<_, StoreError>(Given {
            by: row.get("given_by")?,
            starts_at: row.get("starts_at")?,
            ends_at: row.get("ends_at")?,
        })
    };
    let settled = || {
        let why = reason(&row.get::<String>("settled_why")?, "settled_why")?;
        Ok::<_, StoreError>(Settled { by: row.get("settled_by")?, at: row.get("settled_at")?, why })
    };
    match row.get::<String>("standing")?.as_str() {
        "requested" => Ok(Standing::Requested),
        "active" => Ok(Standing::Active(given()?)),
        "rejected" => Ok(Standing::Rejected(settled()?)),
        "taken_back" => Ok(Standing::TakenBack(settled()?)),
        "withdrawn" => Ok(Standing::Ended(given()?, End::Withdrawn(settled()?))),
        "over" => Ok(Standing::Ended(given()?, End::Over)),
        _other => Err(unknown("standing")),
    }
}

pub(super) fn reason(text: &str, column: &str) -> Result<Reason, StoreError> {
    Reason::parse(text).map_err(|_| unknown(column))
}

pub(super) fn unknown(column: &str) -> StoreError {
    StoreError::Column { column: column.to_owned(), found: "an unknown word" }
}
