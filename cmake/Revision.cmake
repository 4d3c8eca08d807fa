# Writes OUT with the versions that every record's header names; untouched when nothing changed.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
                OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT [[
#pragma once
#define ALT_VERSION "@VERSION@"
#define ALT_REVISION "@revision@"
#define ALT_LLVM_VERSION_TEXT "@LLVM@"
]])
