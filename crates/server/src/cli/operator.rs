//! Who sits at the command line: the name that the audit remembers.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_usecases::App;

/// The circumstances of a verb of the command line.
pub fn op(app: &App) -> Op {
    app.op(Actor::Operator(name()), Origin::default())
}

/// The login name of the person, also behind `sudo`; else the name or number of the process's user.
fn name() -> String {
    let logged_in = fs::read_to_string("/proc/self/loginuid").ok().and_then(|text| text.trim().parse::<u32>().ok());
    let process = || fs::metadata("/proc/self").map(|about| about.uid()).ok();
    // All bits set: the process does not descend from a login.
    let Some(user) = logged_in.filter(|user| *user != u32::MAX).or_else(process) else {
        return "unknown".to_owned();
    };
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_of(user, &users).unwrap_or_else(|| format!("user {user}"))
}

/// The name of `user` in the lines of a user list (`passwd(5)`).
fn name_of(user: u32, users: &str) -> Option<String> {
    let number = user.to_string();
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_as_the_list_names_them() {
        let users = "root:x:0:0:root:/:/bin/sh\nbad line\nops:x:1001:1001::/srv/ops:/bin/sh\n";
        assert_eq!(name_of(0, users).as_deref(), Some("root"));
        assert_eq!(name_of(1001, users).as_deref(), Some("ops"));
        assert_eq!(name_of(7, users), None);
    }
}
