//! Which topics a device may use.

use linkauth_platform::rules::{
    DeviceKey, filter_matches, may_publish, may_subscribe, own_user_topic,
};

fn key() -> DeviceKey {
    DeviceKey::new("pk", "dn-1").expect("a key")
}

#[test]
fn own_topics() {
    for topic in [
        "/pk/dn-1/user/echo",
        "/pk/dn-1/user/a/b/c",
        "/sys/pk/dn-1/thing/event/property/post",
        "/ext/session/pk/dn-1/combine/login",
        "/ext/ntp/pk/dn-1/request",
        "/ext/error/pk/dn-1",
        "/ext/rrpc/123/pk/dn-1/user/x",
        "/ota/device/inform/pk/dn-1",
        "/ota/device/upgrade/pk/dn-1",
        "/shadow/update/pk/dn-1",
    ] {
        assert!(may_publish(&key(), topic), "{topic}");
        assert!(may_subscribe(&key(), topic), "{topic}");
    }
}

#[test]
fn topics_of_others() {
    for topic in [
        "",
        "/",
        "/pk/dn-1",
        "pk/dn-1/user/echo",
        "/pk/dn-2/user/echo",
        "/px/dn-1/user/echo",
        "/sys/pk/dn-2/thing/x",
        "/sys/pk/dn-1",
        "/other/pk/dn-1/x",
        "/ext/register",
        "/ext/regnwl",
        "/ext/pk/dn-1/x",
        "/ext/a/b/pk/dn-1/x",
        "/ota/device/inform/pk/dn-2",
        "/ota/device/inform/pk/dn-1/x",
        "/shadow/update/pk/dn-2",
        "$SYS/broker",
    ] {
        assert!(!may_publish(&key(), topic), "{topic}");
        assert!(!may_subscribe(&key(), topic), "{topic}");
    }
}

#[test]
fn wildcards_stay_at_home() {
    for filter in [
        "/pk/dn-1/#",
        "/pk/dn-1/user/+",
        "/pk/dn-1/+/get/#",
        "/sys/pk/dn-1/#",
        "/sys/pk/dn-1/thing/+/post",
        "/ext/+/pk/dn-1/#",
        "/ext/rrpc/+/pk/dn-1/#",
        "/ota/device/+/pk/dn-1",
    ] {
        assert!(may_subscribe(&key(), filter), "{filter}");
        assert!(!may_publish(&key(), filter), "{filter}");
    }
    for filter in [
        "#",
        "/#",
        "/pk/#",
        "/pk/+/user/echo",
        "/+/dn-1/user/echo",
        "/sys/#",
        "/sys/pk/+/thing/x",
        "/sys/+/+/#",
        "/+/pk/dn-1/#",
        "/ext/#",
        "/ext/+/+/+/#",
        "/ota/#",
        "/ota/device/#",
        "/pk/dn-1/us#er",
        "/pk/dn-1/#/x",
        "/pk/dn-1/a+",
    ] {
        assert!(!may_subscribe(&key(), filter), "{filter}");
    }
}

#[test]
fn filters_match_as_mqtt_says() {
    for (filter, topic, matches) in [
        ("/a/b", "/a/b", true),
        ("/a/b", "/a/b/c", false),
        ("/a/b/c", "/a/b", false),
        ("/a/+", "/a/b", true),
        ("/a/+", "/a/b/c", false),
        ("/a/+/c", "/a/b/c", true),
        ("/a/#", "/a/b/c", true),
        ("/a/#", "/a", true),
        ("/a/#", "/b", false),
    ] {
        assert_eq!(filter_matches(filter, topic), matches, "{filter} {topic}");
    }
}

#[test]
fn user_topics_come_back() {
    assert!(own_user_topic(&key(), "/pk/dn-1/user/echo"));
    assert!(!own_user_topic(&key(), "/pk/dn-1/user"));
    assert!(!own_user_topic(&key(), "/pk/dn-1/other/echo"));
    assert!(!own_user_topic(&key(), "/pk/dn-2/user/echo"));
    assert!(!own_user_topic(&key(), "x/pk/dn-1/user/echo"));
}
