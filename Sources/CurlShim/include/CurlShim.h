#ifndef CURL_SHIM_H
#define CURL_SHIM_H

#include <curl/curl.h>

// libcurl's setters are variadic, and Swift does not import variadic C functions: one typed function per kind of argument.
CURLcode curl_shim_setopt_long(CURL *easy, CURLoption option, long value);

#endif
