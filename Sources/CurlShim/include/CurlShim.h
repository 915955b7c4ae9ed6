#ifndef CURL_SHIM_H
#define CURL_SHIM_H

#include <curl/curl.h>

// libcurl's setters and getters are variadic, and Swift does not import variadic C functions: one typed function per
// kind of argument.

#if LIBCURL_VERSION_NUM < 0x075000
#error "libcurl 7.80 or newer is needed: CURLOPT_PREREQFUNCTION keeps it from sending a request twice"
#endif

CURLcode curl_shim_setopt_long(CURL *easy, CURLoption option, long value);
CURLcode curl_shim_setopt_offset(CURL *easy, CURLoption option, curl_off_t value);
/// libcurl copies the string, except for CURLOPT_POSTFIELDS.
CURLcode curl_shim_setopt_string(CURL *easy, CURLoption option, const char *value);
CURLcode curl_shim_setopt_pointer(CURL *easy, CURLoption option, void *value);
/// libcurl does not copy the list: it must outlive the transfer.
CURLcode curl_shim_setopt_list(CURL *easy, CURLoption option, struct curl_slist *value);
/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
CURLcode curl_shim_setopt_receiver(CURL *easy, CURLoption option, curl_write_callback function);
/// For CURLOPT_READFUNCTION.
CURLcode curl_shim_setopt_sender(CURL *easy, curl_read_callback function);
CURLcode curl_shim_setopt_prereq(CURL *easy, curl_prereq_callback function);

/// Allows these protocols only, by whichever option this libcurl has for it; `name` is "http", "https", "smtp" or
/// "smtps".
CURLcode curl_shim_restrict_protocol(CURL *easy, const char *name);
/// Lets a transfer end while its host name is still being looked up. Otherwise `curl_multi_remove_handle` blocks until
/// getaddrinfo returns (measured with 7.88), and every other transfer with it. Does nothing before libcurl 7.87, which cannot do it.
CURLcode curl_shim_abandon_resolver(CURL *easy);
/// Connects to loopback addresses only, whatever the host's name stands for.
CURLcode curl_shim_only_loopback(CURL *easy);

CURLcode curl_shim_getinfo_long(CURL *easy, CURLINFO info, long *value);
CURLcode curl_shim_getinfo_offset(CURL *easy, CURLINFO info, curl_off_t *value);

CURLMcode curl_shim_multi_setopt_long(CURLM *multi, CURLMoption option, long value);
CURLSHcode curl_shim_share(CURLSH *share, curl_lock_data what);

/// The result of a finished transfer: Swift does not see into the union that holds it.
CURLcode curl_shim_message_result(const CURLMsg *message);

#endif
