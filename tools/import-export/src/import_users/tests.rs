//! Dumps in, accounts out.

use std::io::{self, BufReader, Read};

use shared::app::db::Db;
use shared::testing::{START, service_db};
use sqlx::PgPool;

use super::*;

const PLAIN: ImportOptions = ImportOptions { with_staff: false, dry_run: false, now: START };

/// `\copy auth_user to … csv header`.
const CSV: &str = "id,password,last_login,is_superuser,username,first_name,last_name,email,is_staff,is_active,date_joined\r\n\
    1,pbkdf2_sha256$1000000$salt$aGFzaA==,2024-03-01 09:08:07.123456+00,f,ana,Ana,\"Berg, née Tal\",Ana@Example.COM,f,t,2023-01-31 10:00:00+01\r\n\
    2,!x,,t,root,,,root@example.com,t,t,2022-01-01 00:00:00+00\r\n\
    3,argon2$argon2id$v=19$m=102400$c2FsdA$aGFzaA,,f,ben,Ben,,ben@example.com,t,f,2023-02-01 12:30:00.5+0530\r\n";

/// `manage.py dumpdata`, of the same people and of something else.
const FIXTURE: &str = r#"[
{"model": "contenttypes.contenttype", "pk": 1, "fields": {"app_label": "auth", "model": "user"}},
{"model": "auth.user", "pk": 1, "fields": {"password": "pbkdf2_sha256$1000000$salt$aGFzaA==", "last_login": "2024-03-01T09:08:07.123456Z",
  "is_superuser": false, "username": "ana", "first_name": "Ana", "last_name": "Berg, née Tal", "email": "Ana@Example.COM",
  "is_staff": false, "is_active": true, "date_joined": "2023-01-31T09:00:00Z", "groups": [], "user_permissions": []}},
{"model": "auth.user", "pk": 2, "fields": {"password": "!x", "last_login": null, "is_superuser": true, "username": "root",
  "first_name": "", "last_name": "", "email": "root@example.com", "is_staff": true, "is_active": true, "date_joined": "2022-01-01T00:00:00Z"}},
{"model": "auth.user", "pk": 3, "fields": {"password": "argon2$argon2id$v=19$m=102400$c2FsdA$aGFzaA", "last_login": null,
  "is_superuser": false, "username": "ben", "first_name": "Ben", "last_name": "", "email": "ben@example.com", "is_staff": true,
  "is_active": false, "date_joined": "2023-02-01T07:00:00.500Z"}}
]"#;

/// `pg_dump`, of the same people, between other tables.
const COPY: &str = "--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n\n\
    COPY public.auth_group (id, name) FROM stdin;\n1\temail\n\\.\n\n\
    COPY public.auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined) FROM stdin;\n\
    1\tpbkdf2_sha256$1000000$salt$aGFzaA==\t2024-03-01 09:08:07.123456+00\tf\tana\tAna\tBerg, née Tal\tAna@Example.COM\tf\tt\t2023-01-31 09:00:00+00\n\
    2\t!x\t\\N\tt\troot\t\t\troot@example.com\tt\tt\t2022-01-01 00:00:00+00\n\
    3\targon2$argon2id$v=19$m=102400$c2FsdA$aGFzaA\t\\N\tf\tben\tBen\t\tben@example.com\tt\tf\t2023-02-01 07:00:00.5+00\n\
    \\.\n\nSELECT pg_catalog.setval('public.auth_user_id_seq', 3, true);\n";

/// Imports a dump and returns the summary and the errors.
async fn take(db: &Db, text: &str, options: ImportOptions) -> (UsersSummary, Vec<(u64, String)>) {
    let mut errors = Vec::new();
    let dump = Dump::recognise(text.as_bytes()).unwrap();
    let summary = import(db, dump, options, &mut |row| errors.push((row.line, row.reason)), &|| {}).await.unwrap();
    assert_eq!(summary.rows_failed, errors.len());
    (summary, errors)
}

/// Every account, but for its id.
async fn all(db: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select (to_jsonb(u) - 'id')::text from users u order by username").fetch_all(db).await.unwrap()
}

async fn rights(db: &PgPool) -> Vec<(String, bool, bool)> {
    sqlx::query_as("select username, is_staff, is_superuser from users order by username").fetch_all(db).await.unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn everything_of_an_account_comes_through(db: PgPool) {
    let (summary, errors) = take(&service_db(&db), &format!("\u{feff}{CSV}"), PLAIN).await;

    assert_eq!((summary.created, summary.rights_dropped, summary.passwords_unknown, errors), (3, 2, 0, Vec::new()));
    let (email, name, password, is_active): (String, String, String, bool) =
        sqlx::query_as("select email, name, password_hash, is_active from users where username = 'ana'")
            .fetch_one(&db)
            .await
            .unwrap();
    assert_eq!((email.as_str(), name.as_str()), ("Ana@example.com", "Ana Berg, née Tal"));
    assert_eq!((password.as_str(), is_active), ("pbkdf2_sha256$1000000$salt$aGFzaA==", true));
    let moments: Vec<String> = sqlx::query_scalar(
        "select concat_ws('|', created_at at time zone 'utc', last_login_at at time zone 'utc') from users order by username",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let expected = ["2023-01-31 09:00:00|2024-03-01 09:08:07.123456", "2023-02-01 07:00:00.5", "2022-01-01 00:00:00"];
    assert_eq!(moments, expected);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn three_kinds_of_dump_make_the_same_accounts(db: PgPool) {
    let mut made = Vec::new();
    for text in [CSV, FIXTURE, COPY] {
        let (summary, errors) = take(&service_db(&db), text, ImportOptions { with_staff: true, ..PLAIN }).await;
        assert_eq!((summary.created, errors), (3, Vec::new()), "{text}");
        made.push(all(&db).await);
        sqlx::query("delete from users").execute(&db).await.unwrap();
    }
    let [csv, fixture, copy] = made.as_slice() else { panic!("three") };
    assert_eq!((csv, csv), (fixture, copy));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_same_dump_twice_changes_nothing(db: PgPool) {
    let service = service_db(&db);
    take(&service, CSV, PLAIN).await;
    sqlx::query("update users set name = 'Ana, married', password_hash = 'of today' where username = 'ana'")
        .execute(&db)
        .await
        .unwrap();
    let before = all(&db).await;

    let (summary, errors) = take(&service, &CSV.replace("Ana@Example.COM", "ANA@example.com"), PLAIN).await;

    assert_eq!((summary.created, summary.existing, errors), (0, 3, Vec::new()));
    assert_eq!(all(&db).await, before);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_rights_are_imported_only_on_request(db: PgPool) {
    let service = service_db(&db);
    take(&service, CSV, PLAIN).await;
    let nobody = |name: &str| (name.to_owned(), false, false);
    assert_eq!(rights(&db).await, [nobody("ana"), nobody("ben"), nobody("root")]);
    sqlx::query("delete from users").execute(&db).await.unwrap();

    let (summary, _) = take(&service, CSV, ImportOptions { with_staff: true, ..PLAIN }).await;

    assert_eq!(summary.rights_dropped, 0);
    let expected = [nobody("ana"), ("ben".to_owned(), true, false), ("root".to_owned(), true, true)];
    assert_eq!(rights(&db).await, expected);
    let roles: i64 = sqlx::query_scalar("select count(*) from user_roles").fetch_one(&db).await.unwrap();
    assert_eq!(roles, 0, "roles are not imported");
    assert_eq!(
        count(Dump::recognise(CSV.as_bytes()).unwrap(), ImportOptions { with_staff: true, ..PLAIN }).unwrap(),
        (3, 1)
    );
    assert_eq!(count(Dump::recognise(CSV.as_bytes()).unwrap(), PLAIN).unwrap(), (3, 0));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_error_is_reported_and_the_other_rows_are_imported(db: PgPool) {
    let service = service_db(&db);
    let file = [
        "email,username,password,is_active,date_joined",
        "a@x.io,a,pbkdf2_sha256$1$s$h,t,2024-01-01 00:00:00", // 2
        ",b,!,t,",                                            // 3: no address
        "A@X.io,c,!,t,",                                      // 4: as line 2
        "not an address,d,!,t,",                              // 5
        "e@x.io,a,!,t,",                                      // 6: the name of line 2
        "f@x.io,,!,t,",                                       // 7: no name
        "g@x.io,g,!,maybe,",                                  // 8
        "h@x.io,h,!,t,yesterday",                             // 9
        "i@x.io,i,!",                                         // 10
        "a@x.io,j,!,t,",                                      // 11: as line 2
        "\u{0}k@x.io,k,!,t,",                                 // 12
        "l@x.io,l,,f,",                                       // 13: an empty password fits no hash
        "m@x.io,m,md5$salt$hash,t,",                          // 14: an unknown hash
    ];

    let (summary, errors) = take(&service, &file.join("\n"), PLAIN).await;

    let reasons: Vec<(u64, &str)> = errors.iter().map(|(line, reason)| (*line, reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (3, "\"email\" is empty"),
            (4, "the address A@x.io is already on line 2, perhaps in other case"),
            (5, "\"email\" is \"not an address\", to which no mail can be sent; correct it"),
            (6, "the username \"a\" belongs to another account"),
            (7, "\"username\" must have 1 to 150 characters"),
            (8, "\"is_active\" is \"maybe\": it must be true or false"),
            (9, "\"date_joined\" is \"yesterday\", which is not a date and time"),
            (10, "there are 3 columns, but 5 in the header"),
            (11, "the address a@x.io is already on line 2, perhaps in other case"),
            (12, "\"email\" contains a NUL character"),
        ]
    );
    assert_eq!((summary.created, summary.passwords_unknown), (3, 1));
    let kept: Vec<(String, String)> =
        sqlx::query_as("select username, password_hash from users order by username").fetch_all(&db).await.unwrap();
    let account = |name: &str, hash: &str| (name.to_owned(), hash.to_owned());
    assert_eq!(kept, [account("a", "pbkdf2_sha256$1$s$h"), account("l", "!"), account("m", "md5$salt$hash")]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_dry_run_finds_the_same_problems_and_writes_nothing(db: PgPool) {
    let service = service_db(&db);
    let file = format!("{CSV}4,!,,f,ana,,,other@example.com,f,t,2024-01-01 00:00:00+00\r\n");

    let (dry_run, errors) = take(&service, &file, ImportOptions { dry_run: true, ..PLAIN }).await;

    assert_eq!(errors, [(5, "the username \"ana\" belongs to another account".to_owned())]);
    assert_eq!(all(&db).await, [""; 0]);
    let (real, _) = take(&service, &file, PLAIN).await;
    assert_eq!(dry_run, UsersSummary { is_dry_run: true, ..real });
    assert_eq!(all(&db).await.len(), 3);
}

/// A disk that fails.
struct BreaksOff;

impl Read for BreaksOff {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk fails"))
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn committed_accounts_stay_when_reading_fails(db: PgPool) {
    let service = service_db(&db);
    let rows = |from: usize| (from..BATCH * 2).map(|n| format!("u{n}@x.io,!\n")).collect::<String>();
    let partial = format!("email,password\n{}", rows(1));
    let broken = BufReader::new(partial.as_bytes().chain(BreaksOff));

    let dump = Dump::recognise(broken).unwrap();
    import(&service, dump, PLAIN, &mut |_| {}, &|| {}).await.unwrap_err();

    assert_eq!(all(&db).await.len(), BATCH);
    let (summary, _) = take(&service, &format!("email,password\n{}", rows(0)), PLAIN).await;
    assert_eq!((summary.created, summary.existing), (BATCH, BATCH));
}

#[test]
fn backslashes_of_a_dump_are_read_as_postgresql_writes_them() {
    let text = "COPY public.\"User\" (\"email\", password, name) FROM stdin;\na@x.io\t!\tA\\tB\\\\C\\nD\n\\.\n";
    let mut dump = Dump::recognise(text.as_bytes()).unwrap();
    let (line, row) = dump.next().unwrap().unwrap();
    assert_eq!((line, row.unwrap()["name"].as_deref()), (2, Some("A\tB\\C\nD")));
    assert!(dump.next().unwrap().is_none());
}

#[test]
fn a_file_of_another_format_is_refused() {
    for text in
        ["", "id;email;password\n", "Handle,Title\n", "{\"email\": 1}", "[]", "[{\"fields\": {\"email\": \"\"}}]", "[{"]
    {
        assert!(Dump::recognise(text.as_bytes()).is_err(), "{text}");
    }
}
