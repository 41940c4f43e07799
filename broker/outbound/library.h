/* The libraries that handle tokens, set up once for the process. */
#pragma once

/* Whatever memory libcurl, OpenSSL and jansson give back is wiped first. To be called (loop_new
   does) before other threads run, and before OpenSSL is used: it takes no other memory later. */
void library_begin(void);
