//! Telling a database that is away from one that refused.

/// True where the database could not be reached or cannot work now, so that the same call may
/// succeed later; false where it refused this very statement.
#[must_use]
pub fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| is_away_code(&code)),
        _ => false,
    }
}

fn is_away_code(code: &str) -> bool {
    // PostgreSQL, five characters: connection (08), too little of something (53), being shut down or not up
    // yet (57P), the system's own failures (58), read-only after a fail-over (25006).
    if code.len() == 5 {
        return ["08", "53", "57P", "58", "25006"].iter().any(|class| code.starts_with(class));
    }
    // SQLite, extended codes with the primary one in the low byte: busy, locked, read-only, disk failure,
    // disk full, cannot open.
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shutdown_is_away_and_a_broken_rule_is_not() {
        for code in ["57P01", "08006", "53300", "5", "261", "13"] {
            assert!(is_away_code(code), "{code}");
        }
        for code in ["23505", "42P01", "22021", "1", "19", "2067", "1555"] {
            assert!(!is_away_code(code), "{code}");
        }
        assert!(is_away(&sqlx::Error::PoolTimedOut) && !is_away(&sqlx::Error::RowNotFound));
    }
}
