//! Which topics belong to a device.

use super::DeviceKey;

/// Whether the device may publish to `topic`.
pub fn may_publish(key: &DeviceKey, topic: &str) -> bool {
    let levels: Vec<&str> = topic.split('/').collect();
    !topic.contains(['+', '#']) && below_own_prefix(key, &levels)
}

/// Whether the device may subscribe to `filter`: wildcards must not reach beyond its own topics.
pub fn may_subscribe(key: &DeviceKey, filter: &str) -> bool {
    let levels: Vec<&str> = filter.split('/').collect();
    well_formed(&levels) && below_own_prefix(key, &levels)
}

/// Whether `topic` is one of the device's own `/PK/DN/user/...`: the ones that messages come back on.
pub fn own_user_topic(key: &DeviceKey, topic: &str) -> bool {
    let levels: Vec<&str> = topic.split('/').collect();
    levels.len() > 4 && levels[0].is_empty() && levels[1..3] == own(key) && levels[3] == "user"
}

/// Whether a topic matches a filter, by the rules of MQTT 3.1.1.
pub fn filter_matches(filter: &str, topic: &str) -> bool {
    let mut filter = filter.split('/');
    let mut topic = topic.split('/');
    loop {
        match (filter.next(), topic.next()) {
            (Some("#"), _) | (None, None) => return true,
            (Some("+"), Some(_)) => {}
            (Some(f), Some(t)) if f == t => {}
            _ => return false,
        }
    }
}

fn own(key: &DeviceKey) -> [&str; 2] {
    [key.product_key(), key.device_name()]
}

fn well_formed(levels: &[&str]) -> bool {
    let last = levels.len() - 1;
    levels.iter().enumerate().all(|(i, level)| match *level {
        "+" => true,
        "#" => i == last,
        other => !other.contains(['+', '#']),
    })
}

/// The ProductKey and the DeviceName must stand literally where the topic class has them.
fn below_own_prefix(key: &DeviceKey, levels: &[&str]) -> bool {
    let own = own(key);
    let pair_at = |i: usize| levels.get(i..i + 2).is_some_and(|pair| pair == own);
    if !levels[0].is_empty() {
        return false;
    }
    match levels.get(1).copied() {
        Some("sys") => pair_at(2) && levels.len() > 4,
        Some("ext") => pair_at(3) || (pair_at(4) && levels[2] == "rrpc"),
        Some("ota") => (pair_at(3) && levels.len() == 5) || (pair_at(4) && levels.len() == 6),
        Some("shadow") => pair_at(3) && levels.len() == 5,
        _ => pair_at(1) && levels.len() > 3,
    }
}
