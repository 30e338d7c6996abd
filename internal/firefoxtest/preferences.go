package firefoxtest

// preferences keep Firefox silent and offline. What it asks other hosts for goes
// to a proxy that is not there; loopback never goes to a proxy.
const preferences = `
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.safebrowsing.update.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("extensions.update.enabled", false);

// Each window behaves as if it were in front, though several are open.
user_pref("focusmanager.testmode", true);

// A click has happened when the command for it is answered.
user_pref("remote.events.async.mouse.enabled", false);

// The readers of the tests never want motion: a click would miss what is still scrolling.
user_pref("ui.prefersReducedMotion", 1);
`
