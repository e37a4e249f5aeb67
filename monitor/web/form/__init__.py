"""The party's form: reached by a link, without account, cookie or script."""
