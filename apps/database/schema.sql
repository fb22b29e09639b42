-- The rows are the same for everybody. Statements end with ';' at the end of a line.
DROP TABLE IF EXISTS world, fortune;
CREATE TABLE world (
    id integer PRIMARY KEY,
    randomnumber integer NOT NULL
);
CREATE TABLE fortune (
    id integer PRIMARY KEY,
    message varchar(2048) NOT NULL
);
