//! Configuration as an operator meets it.

use std::process::Output;

use wardkey_testkit::Folder;

use crate::process::{MASTER_KEY, Setup, wardkey};

/// Runs `check-config` on `text`, with further environment variables.
fn check(text: &str, environment: &[(&str, &str)]) -> (Folder, Output) {
    let folder = Folder::new();
    let file = folder.file("wardkey.toml");
    std::fs::write(&file, text.replace("FOLDER", &folder.path().display().to_string())).unwrap();
    let mut command = wardkey();
    command.current_dir(folder.path()).env("WARDKEY_KEYS_MASTER_KEY", MASTER_KEY);
    command.envs(environment.iter().copied()).arg("--config").arg("wardkey.toml").arg("check-config");
    let output = command.output().unwrap();
    (folder, output)
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn all_problems_are_named_at_once_with_their_places() {
    let text = "[server]\nisuer = \"https://id.example\"\n[listen]\nconnections = \"many\"\n[sesion]\nidle = \"1 h\"\n";
    let (_folder, output) = check(text, &[("WARDKEY_TOTP_MAX_APPS", "99")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = errors(&output);
    for expected in [
        "wardkey.toml:2:1: there is no setting `isuer` in section `server`; did you mean `issuer`?",
        "server.issuer: it must be set, in the file or as WARDKEY_SERVER_ISSUER",
        "wardkey.toml:4:1: expected a whole number",
        "wardkey.toml:5:2: there is no section `sesion`; did you mean `session`?",
        "WARDKEY_TOTP_MAX_APPS: it must be from 1 to 20",
    ] {
        assert!(errors.contains(expected), "`{expected}` is not in:\n{errors}");
    }
}

#[test]
fn a_database_that_was_not_migrated_is_named() {
    let text = "[server]\nissuer = \"https://id.example\"\n[database]\nurl = \"sqlite:FOLDER/wardkey.db\"\n";
    let (_folder, output) = check(text, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("run `wardkey migrate`"), "{}", errors(&output));
}

#[test]
fn a_migrated_database_and_its_master_key_are_checked() {
    let folder = Folder::new();
    let url = format!("sqlite:{}", folder.file("wardkey.db").display());
    let setup = Setup::new(&folder, &url, "");
    assert!(setup.must(&["migrate"]).contains("applied 0001_key"));
    assert!(setup.must(&["migrate"]).starts_with("0 applied"));
    assert!(setup.must(&["check-config"]).contains("opened by the master key"));
    let other = "test:CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
    let wrong = setup.command(&["check-config"]).env("WARDKEY_KEYS_MASTER_KEY", other).output().unwrap();
    assert!(!wrong.status.success());
}

#[test]
fn an_http_issuer_is_for_this_machine_only() {
    let (_folder, output) = check("[server]\nissuer = \"http://id.example\"\n", &[]);
    assert!(errors(&output).contains("http issuer is allowed on this machine only"), "{}", errors(&output));
}

#[test]
fn a_master_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let key = folder.file("master.key");
    std::fs::write(&key, MASTER_KEY).unwrap();
    let text = format!("[server]\nissuer = \"https://id.example\"\n[keys]\nmaster_key_file = \"{}\"\n", key.display());
    let file = folder.file("wardkey.toml");
    std::fs::write(&file, text).unwrap();
    let run = |mode| {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        wardkey().arg("--config").arg(&file).args(["check-config", "--offline"]).output().unwrap()
    };
    let open = run(0o644);
    assert!(errors(&open).contains("chmod 600"), "{}", errors(&open));
    assert!(run(0o600).status.success());
}

#[test]
fn an_administrator_is_made_and_can_begin() {
    let folder = Folder::new();
    let url = format!("sqlite:{}", folder.file("wardkey.db").display());
    let setup = Setup::new(&folder, &url, "");
    setup.must(&["migrate"]);
    let boss = "boss@riverside-surgery.example";
    let unknown = setup.run(&["create-admin", boss, "--organisation", "Y00001"]);
    assert!(!unknown.status.success());
    let printed =
        setup.must(&["create-admin", boss, "--organisation", "Y00001", "--organisation-name", "Riverside Surgery"]);
    assert!(printed.contains("is tenant administrator now"), "{printed}");
    assert!(printed.contains("activation code: "), "{printed}");
    let role = setup.run(&["create-admin", boss, "--organisation", "Y00001", "--role", "king"]);
    assert!(errors(&role).contains("tenant-administrator"), "{}", errors(&role));
}
