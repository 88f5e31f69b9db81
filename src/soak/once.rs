//! What was asked for under a key, against what there is: each key made one thing, and whoever was
//! told of it can find it.

use std::collections::HashSet;

use uuid::Uuid;

use super::verdict::{Fault, Finding};

/// Something that was made under a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub(crate) struct Made {
    pub(crate) key: String,
    pub(crate) id: Uuid,
}

/// Holds what was answered against what there is.
pub(crate) fn judge(kind: &str, answered: &[Made], there: &[Made]) -> Vec<Finding> {
    let told: HashSet<&Made> = answered.iter().collect();
    let mut keys = HashSet::new();
    let mut findings = Vec::new();
    for made in there {
        if !keys.insert(&made.key) {
            findings.push(made.found(Fault::Doubled, &format!("the key “{}” made another {kind}", made.key)));
        } else if !told.contains(made) {
            findings.push(made.found(Fault::Doubled, &format!("no answer told of this {kind}")));
        }
    }
    let there: HashSet<&Made> = there.iter().collect();
    let gone = told.difference(&there);
    findings.extend(gone.map(|made| {
        made.found(Fault::Lost, &format!("the key “{}” was answered with this {kind}; it is gone", made.key))
    }));
    findings
}

impl Made {
    fn found(&self, fault: Fault, why: &str) -> Finding {
        Finding { fault, id: self.id, why: why.to_owned() }
    }
}
