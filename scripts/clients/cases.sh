# shellcheck shell=bash
# Sourced by scripts/clients/run.sh: which client can do what.

# shellcheck disable=SC2034
all_clients="python node aiot paho mosquitto"
# shellcheck disable=SC2034
operations="sign-in-tls sign-in-plain register-https register-mqtt register-unknown"

title() {
    case $1 in
    python) echo "\`aliyun-iot-linkkit\` 1.2.13 (PyPI), paho-mqtt 1.6.1" ;;
    node) echo "\`alibabacloud-iot-device-sdk\` 1.2.8 (npm)" ;;
    aiot) echo "\`aiot\` 0.10.0 (crates.io)" ;;
    paho) echo "Paho C, credentials computed by hand" ;;
    mosquitto) echo "mosquitto_pub and mosquitto_rr, credentials computed by hand" ;;
    esac
}

# can <client> <operation>: fails, and says in a word why not, for what a client has no way to do.
can() {
    case $1:$2 in
    node:register-mqtt | node:register-unknown | aiot:register-https) echo "not in it" ;;
    aiot:sign-in-plain) echo "not in it" ;;
    paho:register-https | mosquitto:register-https) echo "no HTTPS" ;;
    mosquitto:register-mqtt | mosquitto:register-unknown) echo "subscribes first" ;;
    *) return 0 ;;
    esac
    return 1
}

# Its URL is fixed but for the region.
needs_names() { [ "$1:$2" = python:register-https ]; }

# says_code <client> <operation>: whether its user can learn the code of a refusal.
says_code() { [ "$1:$2" = python:register-unknown ] && echo no || echo yes; }
